/** Paper: no controls, everything open, no piece cut in two that fits on a page. */
export const PRINT_STYLE = `
@media print{
@page{margin:14mm}
body{font-size:10pt}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
.topbar,.skip,.filter,.button,.reading-line,[data-scripted]{display:none!important}
main,footer{max-width:none;padding:0}
section{margin-top:1.4rem}
.chart{--right:9rem}
.plain,.plain td:last-child{min-width:0;overflow-wrap:anywhere}
.scroll,.evidence .scroll,.topology pre{max-height:none;overflow:visible}
details::details-content{content-visibility:visible;block-size:auto}
.verdict,.plot,.tile,.checks tr tr,.plain tr,.pairs{break-inside:avoid}
h2{break-after:avoid}
a{color:inherit;text-decoration:none}
}`;
