/** Fills `{device}` and `{point}` into the topic template of the configuration. */
export function telemetryTopic(template: string, device: string, point: string): string {
  return template.replaceAll('{device}', device).replaceAll('{point}', point);
}
