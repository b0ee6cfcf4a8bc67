/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Style and script, compiled in: the program is one file. Colours keep a
 * contrast of at least 4.5:1 (WCAG 2.1, 1.4.3). */
#include "api/citizen/page.h"

static const char style[] =
    "*{box-sizing:border-box}"
    "html{font-size:106.25%}"
    "body{margin:0;font-family:'Liberation Sans',Arial,'Noto Sans',"
    "sans-serif;line-height:1.55;color:#1b1b1f;background:#f5f4f1}"
    ".skip{position:absolute;left:-999em}"
    ".skip:focus{left:.5rem;top:.5rem;background:#fff;padding:.5rem;"
    "z-index:1}"
    "header{background:#8c1515;color:#fff}"
    ".wide,main,footer{max-width:46rem;margin:0 auto;padding:0 1rem}"
    "header .wide{display:flex;justify-content:space-between;"
    "align-items:center;min-height:3.25rem;gap:1rem}"
    "header a{color:#fff}"
    ".home{font-weight:bold;text-decoration:none}"
    ".home:hover,.home:focus{text-decoration:underline}"
    "main{padding-top:1.25rem;padding-bottom:2rem}"
    "h1{font-size:1.5rem;line-height:1.25;margin:.5rem 0}"
    "h2{font-size:1.125rem;margin:0 0 .5rem}"
    ".lead{margin-top:0}"
    "section{background:#fff;border:1px solid #d8d5ce;border-radius:6px;"
    "padding:1rem 1.25rem 1.25rem;margin:1.25rem 0}"
    "section p{margin:.25rem 0 .75rem}"
    "label{display:block;font-weight:bold;margin:.5rem 0 .25rem}"
    "input[type=text]{font:inherit;width:100%;padding:.55rem .6rem;"
    "border:1px solid #5f5d58;border-radius:4px;background:#fff;"
    "color:inherit}"
    "#code{font-family:'Liberation Mono',monospace;letter-spacing:.04em;"
    "text-transform:uppercase}"
    "#code::placeholder{color:#6a6862}"
    /* The whole code is seen on the narrowest phone. */
    "@media(max-width:24rem){section{padding-left:.8rem;"
    "padding-right:.8rem}#code{letter-spacing:0;font-size:.95rem}}"
    ".line{display:flex;gap:.6rem;flex-wrap:wrap}"
    ".line input{flex:1 1 16rem}"
    "button,.button{display:inline-block;font:inherit;font-weight:bold;"
    "color:#fff;background:#8c1515;border:1px solid #8c1515;"
    "border-radius:4px;padding:.55rem 1.3rem;cursor:pointer;"
    "text-decoration:none}"
    "button:hover,.button:hover{background:#6d0f0f}"
    "button[disabled]{background:#6a6862;border-color:#6a6862;"
    "cursor:default}"
    "a:focus-visible,button:focus-visible,input:focus-visible,"
    "summary:focus-visible{outline:3px solid #1a5fb4;outline-offset:2px}"
    "header a:focus-visible{outline-color:#fff}"
    ".drop{border:2px dashed #8b8881;border-radius:6px;padding:.75rem 1rem;"
    "margin:.5rem 0 1rem}"
    ".drop.over{border-color:#8c1515;background:#fbf0ee}"
    ".drop input{font:inherit;max-width:100%}"
    ".drop label{margin-top:0}"
    ".hint,.quiet{color:#55534e;font-size:.9rem}"
    ".hint{margin:.4rem 0 0}"
    ".banner{display:flex;gap:1rem;align-items:flex-start;"
    "border-left:8px solid;border-radius:6px;padding:1rem 1.25rem;"
    "margin:.5rem 0 1.25rem;background:#fff}"
    ".banner p{margin:.25rem 0 0}.banner h1{margin:0}"
    ".sign{font-size:2rem;line-height:1.2;font-weight:bold}"
    ".good{border-color:#1b6e35}.good .sign,.good h2 strong{color:#1b6e35}"
    ".unsure{border-color:#8a5a00}"
    ".unsure .sign,.unsure h2 strong{color:#8a5a00}"
    ".bad{border-color:#b3141a}.bad .sign,.bad h2 strong{color:#b3141a}"
    ".signature{border-left-width:8px}"
    ".facts{margin:0;background:#fff}"
    ".facts>div{display:flex;flex-wrap:wrap;gap:.1rem 1rem;"
    "border-top:1px solid #e4e1da;padding:.5rem 0}"
    "main>.facts{border:1px solid #d8d5ce;border-radius:6px;"
    "padding:.25rem 1.25rem;margin-bottom:1rem}"
    ".facts>div:first-child{border-top:0}"
    "dt{flex:0 0 13rem;color:#55534e}"
    "dd{flex:1 1 16rem;margin:0;font-weight:bold;overflow-wrap:anywhere}"
    "details{margin:.5rem 0}summary{cursor:pointer}"
    "code{overflow-wrap:anywhere}"
    ".reasons{padding-left:1.2rem;margin:.5rem 0 0}"
    "footer{color:#55534e;font-size:.85rem;padding-bottom:2rem}"
    "@media print{header,footer,form,.button{display:none}"
    "body{background:#fff}}";

/* The pages work without it: it only makes dropping possible and says that a
 * check is under way. */
static const char script[] =
    "(function(){'use strict';"
    "var f=document.getElementById('check');if(!f)return;"
    "var d=document.getElementById('drop'),"
    "i=document.getElementById('file'),g=document.getElementById('go');"
    "document.getElementById('hint').hidden=false;"
    "function go(){var t=g.getAttribute('data-wait');"
    "setTimeout(function(){g.disabled=true;g.textContent=t;},0);}"
    "f.addEventListener('submit',go);"
    "['dragover','drop'].forEach(function(n){"
    "window.addEventListener(n,function(e){e.preventDefault();});});"
    "d.addEventListener('dragover',function(){d.classList.add('over');});"
    "d.addEventListener('dragleave',function(){"
    "d.classList.remove('over');});"
    "d.addEventListener('drop',function(e){"
    "d.classList.remove('over');"
    "if(!e.dataTransfer||!e.dataTransfer.files.length)return;"
    "i.files=e.dataTransfer.files;"
    "if(f.requestSubmit)f.requestSubmit();else{go();f.submit();}});"
    /* Coming back by the browser's button finds the form as it was. */
    "window.addEventListener('pageshow',function(e){"
    "if(e.persisted)window.location.reload();});"
    "})();\n";

/* A tick on red: this page's tab among many. */
static const char icon[] =
    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 32 32\">"
    "<rect width=\"32\" height=\"32\" rx=\"6\" fill=\"#8c1515\"/>"
    "<path d=\"M8 17l5.5 5.5L24.5 10\" fill=\"none\" stroke=\"#fff\" "
    "stroke-width=\"4\" stroke-linecap=\"round\" "
    "stroke-linejoin=\"round\"/></svg>\n";

int
vt_citizen_style(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	(void)reterr;
	return vt_page_asset(
	    req, res, "text/css; charset=utf-8", VT_SPAN_LIT(style));
}

int
vt_citizen_script(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	(void)reterr;
	return vt_page_asset(
	    req, res, "text/javascript; charset=utf-8", VT_SPAN_LIT(script));
}

int
vt_citizen_icon(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	(void)reterr;
	return vt_page_asset(req, res, "image/svg+xml", VT_SPAN_LIT(icon));
}
