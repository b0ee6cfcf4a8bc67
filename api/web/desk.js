/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The desk works without it: it makes dropping possible, puts the verdict
 * beside the paper, and keeps a button from being pressed twice. */
(function () {
	'use strict';

	/* Pressed twice is harmless, too: each form has its key. */
	document.addEventListener('submit', function (e) {
		if (!e.target.hasAttribute('data-once'))
			return;
		setTimeout(function () {
			e.target.querySelectorAll('button').forEach(
			    function (b) { b.disabled = true; });
		}, 0);
	});
	window.addEventListener('pageshow', function (e) {
		if (!e.persisted)
			return;
		document.querySelectorAll('form[data-once] button').forEach(
		    function (b) { b.disabled = false; });
	});

	/* What was refused is where eyes and keyboard go. */
	var bad = document.querySelector('[aria-invalid]');
	if (bad) {
		bad.scrollIntoView({ block: 'center' });
		bad.focus({ preventScroll: true });
	}

	var verdict = document.getElementById('verdict');
	if (verdict) {
		verdict.setAttribute('aria-busy', 'true');
		fetch(verdict.getAttribute('data-piece'),
		    { credentials: 'same-origin' }).then(function (r) {
			/* Signed out meanwhile: that answer is another page. */
			return r.ok && !r.redirected ? r.text() : null;
		}).then(function (text) {
			if (text)
				verdict.innerHTML = text;
		}).catch(function () {
			/* The link to the page of it is still there. */
		}).then(function () {
			verdict.removeAttribute('aria-busy');
		});
	}

	var box = document.getElementById('drop');
	if (!box)
		return;
	var main = document.getElementById('main-file'),
	    annex = document.getElementById('annex');
	document.getElementById('drop-hint').hidden = false;
	['dragover', 'drop'].forEach(function (name) {
		window.addEventListener(name,
		    function (e) { e.preventDefault(); });
	});
	box.addEventListener('dragover',
	    function () { box.classList.add('over'); });
	box.addEventListener('dragleave',
	    function () { box.classList.remove('over'); });
	/* The first PDF is the main file, all others go with it. */
	box.addEventListener('drop', function (e) {
		var files = e.dataTransfer ? e.dataTransfer.files : [],
		    others = new DataTransfer(), one, i;
		box.classList.remove('over');
		for (i = 0; i < annex.files.length; i++)
			others.items.add(annex.files[i]);
		for (i = 0; i < files.length; i++) {
			if (!main.files.length &&
			    /\.pdf$/i.test(files[i].name)) {
				one = new DataTransfer();
				one.items.add(files[i]);
				main.files = one.files;
			} else {
				others.items.add(files[i]);
			}
		}
		annex.files = others.files;
	});
})();
