export interface MetricSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface MetricFamily {
  readonly help: string;
  readonly type: string;
  readonly samples: MetricSample[];
}

const COMMENT = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/u;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? ([^ ]+)(?: -?\d+)?$/u;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/uy;
const TYPES = ['counter', 'gauge', 'histogram', 'summary', 'untyped'];

/**
 * Reads a scrape line by line as Prometheus would, and is strict: each family is together and announced by its HELP and
 * TYPE, each series appears once.
 * @throws Error naming the line that breaks the format.
 * @see Prometheus text-based exposition format 0.0.4
 */
export function parsePrometheusText(text: string): Map<string, MetricFamily> {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const families = new Map<string, { help: string; type: string; samples: MetricSample[] }>();
  const series = new Set<string>();
  let current = '';
  for (const line of text.slice(0, -1).split('\n')) {
    const [, keyword, announced = '', rest = ''] = COMMENT.exec(line) ?? [];
    if (keyword === 'HELP') {
      if (families.has(announced)) throw new Error(`announced twice: ${line}`);
      families.set(announced, { help: rest, type: '', samples: [] });
      current = announced;
      continue;
    }
    const family = families.get(current);
    if (line === '') continue;
    if (family === undefined) throw new Error(`not announced: ${line}`);
    if (keyword === 'TYPE') {
      if (announced !== current || family.type !== '' || !TYPES.includes(rest)) throw new Error(`no type of ${current}: ${line}`);
      family.type = rest;
      continue;
    }
    const sample = parseSample(line);
    if (family.type === '' || sample.name !== current) throw new Error(`not announced just before: ${line}`);
    const key = seriesKey(sample);
    if (series.has(key)) throw new Error(`a series twice: ${line}`);
    series.add(key);
    family.samples.push(sample);
  }
  return families;
}

function seriesKey({ name, labels }: MetricSample): string {
  return `${name} ${Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`).toSorted().join()}`;
}

function parseSample(line: string): MetricSample {
  const [, name, labelText = '', valueText = ''] = SAMPLE.exec(line) ?? [];
  const value = { '+Inf': Infinity, '-Inf': -Infinity, NaN: Number.NaN }[valueText] ?? Number(valueText);
  if (name === undefined || (Number.isNaN(value) && valueText !== 'NaN')) throw new Error(`neither a comment nor a sample: ${line}`);
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < labelText.length) {
    const [, label, labelValue] = LABEL.exec(labelText) ?? [];
    if (label === undefined || labelValue === undefined || label in labels) throw new Error(`a label is malformed: ${line}`);
    labels[label] = labelValue;
  }
  return { name, labels, value };
}
