/** Type, layout and the head of the page. Sizes in rem, so that the reader's own text size holds. */
export const PAGE_STYLE = `
*,*::before,*::after{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-padding-top:4rem}
@media (prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}
body{margin:0;background:var(--ground);color:var(--ink);
  font:400 .9375rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans",Arial,sans-serif;overflow-wrap:anywhere}
code,pre,.hash,.endpoint{font-family:ui-monospace,SFMono-Regular,"SF Mono",Menlo,Consolas,"Liberation Mono",monospace;font-size:.875em}
h1,h2,p,ul,ol,dl,dd,figure{margin:0;padding:0}
ul,ol{list-style:none}
a{color:var(--link);text-underline-offset:.18em;text-decoration-thickness:.06em}
:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:4px}
[hidden]{display:none!important}
.dim{color:var(--dim)}
.skip{position:absolute;left:-100vw;top:0;background:var(--card);padding:.6rem 1rem;z-index:9}
.skip:focus{left:0}
.topbar{position:sticky;top:0;z-index:5;background:var(--card);border-bottom:1px solid var(--line)}
.topbar-inner{max-width:74rem;margin:auto;padding:.55rem 1.5rem;display:flex;align-items:center;gap:1.25rem}
.brand{white-space:nowrap;display:flex;align-items:center;gap:.5rem;font-weight:650;letter-spacing:-.01em}
.logo{flex:none;color:var(--link)}
.topbar nav{display:flex;gap:1.1rem;margin-left:auto;overflow-x:auto;scrollbar-width:none}
.topbar nav a{color:var(--dim);text-decoration:none;font-size:.875rem;white-space:nowrap;padding:.2rem 0}
.topbar nav a:hover{color:var(--ink);text-decoration:underline}
.button{font:inherit;font-size:.8125rem;font-weight:550;color:var(--ink);background:var(--card);border:1px solid var(--line);
  border-radius:7px;padding:.3rem .75rem;cursor:pointer;white-space:nowrap;min-width:4.6rem;flex:none}
.button:hover{border-color:var(--dim)}
main,footer{max-width:74rem;margin:auto;padding:0 1.5rem}
section{margin-top:2.5rem}
.section-head{display:flex;flex-wrap:wrap;align-items:baseline;justify-content:space-between;gap:.25rem 1.5rem;margin-bottom:.8rem}
.section-head>*{font-size:.875rem}
h2{font-size:1.25rem!important;font-weight:650;letter-spacing:-.012em;line-height:1.3}
.hero{padding-top:2rem}
.eyebrow{color:var(--dim);font-size:.75rem;font-weight:600;letter-spacing:.07em;text-transform:uppercase}
h1{font-size:clamp(1.5rem,1.1rem + 1.7vw,2.125rem);line-height:1.2;letter-spacing:-.022em;font-weight:700}
.lead{margin-top:.4rem;color:var(--dim);font-size:1rem;max-width:52rem}
.verdict{margin-top:1.4rem;display:grid;grid-template-columns:auto 1fr;column-gap:2.25rem;align-items:center;background:var(--v-ground);
  border:1px solid color-mix(in srgb,var(--v) 30%,transparent);border-left:6px solid var(--v);border-radius:12px;padding:1.4rem 1.75rem}
.verdict-word{display:flex;align-items:center;gap:1rem;color:var(--v)}
.verdict-word strong{font-size:clamp(1.75rem,1.3rem + 2vw,2.625rem);line-height:1;font-weight:800;letter-spacing:-.015em;
  text-transform:uppercase;overflow-wrap:normal}
.headline{font-size:1.1875rem;font-weight:600;line-height:1.35;letter-spacing:-.008em}
.meaning{color:var(--dim)}
.reasons{margin-top:.5rem;font-weight:550}
.reasons li+li{margin-top:.25rem}
.verdict-icon{flex:none;color:var(--v)}
.verdict-icon .body{fill:currentColor}
.verdict-icon .body.hollow{fill:none;stroke:currentColor;stroke-width:2}
.verdict-icon .glyph{fill:none;stroke:var(--on-verdict);stroke-width:2.3;stroke-linecap:round;stroke-linejoin:round}
.verdict-icon.v-none .glyph{stroke:currentColor}
.blame{grid-column:1/-1;margin-top:1.15rem;border-top:1px solid color-mix(in srgb,var(--v) 25%,transparent)}
.blame>li{display:grid;grid-template-columns:7.75rem 1fr;gap:.25rem 1rem;padding:.8rem 0 0}
.blame .check-name{margin-right:.35rem}
.when{color:var(--dim);font-size:.875rem;margin-top:.1rem}
.examples{margin-top:.35rem;font-size:.875rem;border-left:2px solid color-mix(in srgb,var(--v) 35%,transparent);padding-left:.75rem}
.examples a{font-variant-numeric:tabular-nums;margin-right:.35rem}
.badge{display:inline-flex;align-items:center;gap:.4rem;color:var(--v);font-weight:650;font-size:.875rem;line-height:1.5;
  white-space:nowrap;align-self:start}
.check-name{font-weight:650;font-size:.9375rem;color:var(--ink)}
.facts{margin-top:1.3rem;display:flex;flex-wrap:wrap;gap:.8rem 2.25rem}
.facts dt,.tile-label,.pairs dt{color:var(--dim);font-size:.8125rem}
.facts dd{font-variant-numeric:tabular-nums}
.replay{margin-top:1.1rem;display:flex;align-items:center;gap:.9rem;background:var(--code);border:1px solid var(--line);border-radius:9px;
  padding:.55rem .7rem .55rem 1rem}
.replay-label{color:var(--dim);font-size:.8125rem;white-space:nowrap}
.replay code{flex:1;user-select:all}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.25rem,1fr));gap:.75rem}
.tile{background:var(--card);border:1px solid var(--line);border-radius:11px;padding:.8rem .95rem .85rem;display:flex;flex-direction:column}
.tile-value{font-size:1.3125rem;font-weight:680;letter-spacing:-.02em;line-height:1.35;font-variant-numeric:tabular-nums;display:flex;
  flex-wrap:wrap;align-items:baseline;gap:0 .35rem}
.tile-value small{font-size:.8125rem;font-weight:550;letter-spacing:0;line-height:1.3;color:var(--dim)}
.tile-note{color:var(--dim);font-size:.8125rem;line-height:1.35;font-variant-numeric:tabular-nums}
.tile.marked{border-color:var(--v);box-shadow:inset 0 3px 0 var(--v)}
.tile.marked .tile-note{color:var(--v);font-weight:600}
.empty{background:var(--card);border:1px dashed var(--line);border-radius:11px;padding:1.1rem;color:var(--dim)}
footer{margin-top:3rem;padding-bottom:2.5rem;color:var(--dim);font-size:.8125rem}
footer p{border-top:1px solid var(--line);padding-top:1rem}
@media (max-width:30rem){
.brand span{display:none}
.topbar nav{margin-left:0}
.topbar .button{margin-left:auto}
}
@media (max-width:46rem){
.topbar-inner{padding:.5rem 1rem;gap:.9rem}
.topbar nav{gap:.9rem}
.button{min-width:0}
main,footer{padding:0 1rem}
section{margin-top:2rem}
.hero{padding-top:1.25rem}
.verdict{grid-template-columns:1fr;padding:1.1rem 1.1rem 1.2rem;row-gap:.8rem}
.verdict-word svg{width:44px;height:44px}
.blame{margin-top:0}
.blame>li{grid-template-columns:1fr}
.facts{gap:.6rem 1.5rem}
.facts>div:last-child{flex-basis:100%}
.replay{flex-wrap:wrap}
.replay code{order:3;flex-basis:100%}
.replay .button{margin-left:auto}
.tiles{grid-template-columns:repeat(2,minmax(0,1fr));gap:.6rem}
}`;
