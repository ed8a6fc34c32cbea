/** Tables, filter and evidence. The verdict table becomes a list of cards on narrow screens; its roles are kept in the markup. */
export const TABLE_STYLE = `
table{border-collapse:collapse;width:100%;text-align:left}
th{font-weight:inherit}
thead th{color:var(--dim);font-size:.8125rem;font-weight:550;padding:.55rem .9rem;border-bottom:1px solid var(--line);white-space:nowrap}
td,tbody th{padding:.55rem .9rem;vertical-align:top}
.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.totals{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;font-variant-numeric:tabular-nums}
.totals li{color:var(--v,var(--dim))}
.totals li:not(.zero){font-weight:650}
.filter{display:flex;flex-wrap:wrap;align-items:center;gap:.5rem .75rem;margin-bottom:.75rem;font-size:.875rem}
.filter input{font:inherit;flex:0 1 22rem;min-width:0;color:var(--ink);background:var(--card);border:1px solid var(--line);
  border-radius:8px;padding:.4rem .75rem}
.checks{background:var(--card);border:1px solid var(--line);border-radius:12px;border-collapse:separate;border-spacing:0;table-layout:fixed}
.checks>thead th:first-child{width:9rem}
.checks>thead th:nth-child(2){width:18.5rem}
.checks>tbody>tr>*{border-top:1px solid var(--line);padding-top:.85rem;padding-bottom:.9rem}
.checks>thead th{border:0}
.checks>tbody>tr>.cell-verdict{box-shadow:inset 4px 0 0 var(--v)}
.checks>tbody.v-pass>tr>.cell-verdict{box-shadow:none}
.checks>tbody:last-child>tr>:first-child{border-bottom-left-radius:11px}
.checks>tbody:target>tr>*{background:var(--v-ground)}
tbody .check-name,.purpose{display:block}
.purpose{color:var(--dim);font-size:.875rem;line-height:1.45}
.params{display:flex;flex-wrap:wrap;gap:.3rem;margin-top:.4rem}
.params li{background:var(--code);border-radius:5px;padding:.05rem .45rem;font-size:.75rem}
.figures{display:flex;flex-wrap:wrap;gap:.3rem 1.4rem;margin-top:.35rem;font-size:.875rem}
.figures div{display:flex;gap:.4rem}
.figures dt{color:var(--dim)}
.figures dd{font-weight:600;font-variant-numeric:tabular-nums}
.evidence{margin-top:.6rem}
summary{cursor:pointer;font-size:.875rem;font-weight:600;color:var(--link);width:fit-content}
.scroll{overflow:auto;background:var(--card);border:1px solid var(--line);border-radius:10px;position:relative}
.evidence .scroll{max-height:20rem;margin-top:.5rem;background:var(--ground)}
.findings{font-size:.8125rem;line-height:1.4}
.findings thead th{position:sticky;top:0;background:var(--ground);padding:.4rem .75rem}
.findings td{padding:.3rem .75rem;border-top:1px solid var(--line)}
.findings tbody tr:first-child td{border-top:0}
.findings tbody tr:hover{background:var(--code)}
.instant{font-variant-numeric:tabular-nums;white-space:nowrap;width:6rem}
.fault-tag{display:inline-block;border:1px solid color-mix(in srgb,var(--shade) 60%,transparent);
  background:color-mix(in srgb,var(--shade) 16%,transparent);border-radius:5px;padding:0 .35rem;font-size:.75rem;font-weight:700;
  line-height:1.35;color:var(--shade-ink);margin-right:.25rem}
.plain{font-size:.875rem;min-width:52rem;overflow-wrap:break-word}
.plain td:last-child{min-width:11rem;overflow-wrap:anywhere}
.plain tbody tr+tr>*{border-top:1px solid var(--line)}
.plain tbody th{font-weight:600;white-space:nowrap}
.plain td strong{color:var(--v)}
.endpoint{display:block;white-space:nowrap}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr));gap:.75rem}
.pairs{background:var(--card);border:1px solid var(--line);border-radius:11px;padding:.35rem 1.1rem .5rem}
.pairs div{display:grid;grid-template-columns:9.5rem 1fr;gap:.1rem 1rem;padding:.4rem 0}
.pairs dt{line-height:1.6}
.pairs dd{font-size:.875rem}
.hash{display:block;color:var(--dim);font-size:.75rem;line-height:1.45;word-break:break-all}
.topology{margin-top:.9rem}
.topology pre{overflow:auto;max-height:24rem;background:var(--card);border:1px solid var(--line);border-radius:10px;padding:1rem;
  margin:.6rem 0 0}
@media (max-width:46rem){
.checks>thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.checks{overflow:clip}
.checks,.checks>tbody,.checks>tbody>tr,.checks>tbody>tr>*{display:block;width:100%}
.checks>tbody>tr>*{border:0;padding:.2rem 1rem}
.checks>tbody>tr{padding:.7rem 0 .8rem}
.checks>tbody+tbody>tr{border-top:1px solid var(--line)}
.checks>tbody>tr>.cell-verdict{box-shadow:none}
.checks>tbody:not(.v-pass)>tr{box-shadow:inset 4px 0 0 var(--v)}
.filter input{flex:1 1 12rem}
.pairs div{grid-template-columns:1fr}
.pairs dt{line-height:1.2}
.findings td{padding:.3rem .5rem}
.instant{width:4.6rem}
}`;
