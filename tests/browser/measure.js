/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a page looks like to people: run inside it, answers an object. */
'use strict';

function rgb(text) {
	const m = text.match(/[\d.]+/g).map(Number);
	return { r: m[0], g: m[1], b: m[2], a: m.length > 3 ? m[3] : 1 };
}

function over(top, below) {
	const mix = (t, b) => t * top.a + b * (1 - top.a);
	return { r: mix(top.r, below.r), g: mix(top.g, below.g),
		b: mix(top.b, below.b), a: 1 };
}

/* WCAG 2.1, relative luminance and contrast ratio. */
function luminance(c) {
	const f = (v) => {
		v /= 255;
		return v <= 0.03928 ? v / 12.92 :
		    Math.pow((v + 0.055) / 1.055, 2.4);
	};
	return 0.2126 * f(c.r) + 0.7152 * f(c.g) + 0.0722 * f(c.b);
}

function contrast(a, b) {
	const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p);
	return (x + 0.05) / (y + 0.05);
}

function behind(e) {
	const layers = [];
	for (; e; e = e.parentElement)
		layers.push(rgb(getComputedStyle(e).backgroundColor));
	return layers.reverse().reduce((below, top) => over(top, below),
	    { r: 255, g: 255, b: 255, a: 1 });
}

function shown(e) {
	return e.checkVisibility() && e.getClientRects().length > 0;
}

function name(e) {
	return e.tagName.toLowerCase() + (e.id ? '#' + e.id : '') +
	    (e.className ? '.' + e.className : '') + ' "' +
	    e.textContent.trim().slice(0, 30) + '"';
}

function lowest() {
	let worst = { ratio: 99, of: '' }, n = 0;
	const judge = (e, color, what) => {
		const bg = behind(e), ratio = contrast(over(rgb(color), bg), bg);
		n++;
		if (ratio < worst.ratio)
			worst = { ratio, of: name(e) + what };
	};
	for (const e of document.body.querySelectorAll('*')) {
		if (!shown(e))
			continue;
		if ([...e.childNodes].some((c) => c.nodeType === 3 &&
		    c.data.trim() !== ''))
			judge(e, getComputedStyle(e).color, '');
		if (e.matches('input'))
			judge(e, getComputedStyle(e).color, ' value');
		if (e.placeholder)
			judge(e, getComputedStyle(e, '::placeholder').color,
			    ' placeholder');
		/* where it begins, WCAG 2.1, 1.4.11: 3:1, counted as 4.5 */
		if (e.matches('input[type=text]')) {
			const bg = behind(e), r = contrast(
			    rgb(getComputedStyle(e).borderTopColor), bg) * 1.5;
			if (r < worst.ratio)
				worst = { ratio: r, of: name(e) + ' border' };
		}
	}
	return { ratio: worst.ratio, of: worst.of, n };
}

const controls = 'a[href],button,input:not([type=hidden]),select,textarea,' +
    'summary,[tabindex]';
const all = [...document.querySelectorAll(controls)].filter(shown);
const wide = document.documentElement.clientWidth;
const headings = [...document.querySelectorAll('h1,h2,h3,h4')].filter(shown)
    .map((h) => Number(h.tagName[1]));

return {
	lang: document.documentElement.lang,
	title: document.title,
	contrast: lowest(),
	controls: all.length,
	unnamed: all.filter((e) => {
		if (e.matches('input,select,textarea'))
			return ![...e.labels].some((l) => shown(l) &&
			    l.textContent.trim() !== '');
		return e.textContent.trim() === '';
	}).map(name),
	positive: all.filter((e) => e.tabIndex !== 0).map(name),
	small: all.filter((e) => !e.matches('.skip')).filter((e) => {
		const r = e.getBoundingClientRect();
		return r.height < 24 || r.width < 24;
	}).map(name),
	scrolls: document.documentElement.scrollWidth > wide,
	outside: [...document.body.querySelectorAll('*')].filter((e) => {
		const r = e.getBoundingClientRect();
		return shown(e) && !e.matches('.skip') &&
		    (r.right > wide + 0.5 || r.left < -0.5);
	}).map(name),
	clipped: [...document.querySelectorAll('button,.button,h1,h2')]
	    .filter((e) => shown(e) && e.scrollWidth > e.clientWidth + 1 &&
		e.clientWidth > 0).map(name),
	h1: headings.filter((h) => h === 1).length,
	skips: headings.some((h, i) => h > (i === 0 ? 1 : headings[i - 1] + 1)),
	ids: [...document.querySelectorAll('[id]')].map((e) => e.id)
	    .filter((id, i, ids) => ids.indexOf(id) !== i),
	dangling: [...document.querySelectorAll(
	    '[aria-labelledby],[aria-describedby],label[for]')].filter((e) =>
		['aria-labelledby', 'aria-describedby', 'for'].some((a) =>
		    e.hasAttribute(a) &&
		    !document.getElementById(e.getAttribute(a)))).map(name),
	scripts: [...document.scripts].map((s) => s.src || 'inline'),
	inline: [...document.querySelectorAll('*')].filter((e) =>
	    [...e.attributes].some((a) => a.name === 'style' ||
		a.name.startsWith('on'))).map(name),
};
