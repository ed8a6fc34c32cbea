import { describe, expect, test } from 'vitest';
import type { StoredTable, TableRow } from './stored-table.ts';

/** What every table keeps. @param create - Makes one that is closed; `again` is another one on the same rows. */
export function storedTableContract(name: string, create: () => { readonly table: StoredTable; readonly again: () => StoredTable }): void {
  describe(`${name} as a table`, () => {
    const put = (key: string, value: string) => ({ type: 'put', key: Buffer.from(key), value: Buffer.from(value) }) as const;
    const textsOf = (rows: readonly TableRow[]): string[] => rows.map(([key, value]) => `${Buffer.from(key).toString()}=${Buffer.from(value).toString()}`);
    const scanned = async (table: StoredTable, first: string): Promise<string[]> => {
      const all: TableRow[] = [];
      for await (const rows of table.scan(first.charCodeAt(0))) all.push(...rows);
      return textsOf(all);
    };

    test('rows are kept, replaced and taken out, in the order of the changes and of the keys', async () => {
      const { table, again } = create();
      await table.open();
      await table.write([put('b2', 'x'), put('b1', 'one'), put('a', 'other'), put('b2', 'two'), put('b3', 'three'), { type: 'del', key: Buffer.from('b3') }], false);
      await table.write([{ type: 'del', key: Buffer.from('none') }, put('c', '')], true);
      expect(await scanned(table, 'b')).toEqual(['b1=one', 'b2=two']);
      const [first, missing, empty] = await table.read([Buffer.from('a'), Buffer.from('b3'), Buffer.from('c')]);
      expect([Buffer.from(first ?? []).toString(), missing, empty?.byteLength]).toEqual(['other', undefined, 0]);
      await table.close();
      await table.close();
      const next = again();
      await next.open();
      await next.open();
      expect(await scanned(next, 'b')).toEqual(['b1=one', 'b2=two']);
      expect(await scanned(next, 'x')).toEqual([]);
      await next.close();
    });

    test('a closed table writes and reads nothing', async () => {
      const { table } = create();
      await expect(Promise.resolve().then(() => table.write([put('a', 'x')], false))).rejects.toMatchObject({ kind: 'io' });
      await table.open();
      await table.close();
      await expect(Promise.resolve().then(() => table.read([Buffer.from('a')]))).rejects.toMatchObject({ kind: 'io' });
    });

    test('thousands of rows come in order', async () => {
      const { table } = create();
      await table.open();
      const keyOf = (index: number): string => `k${String(index).padStart(5, '0')}`;
      await table.write(Array.from({ length: 5_000 }, (_row, index) => put(keyOf((index * 7) % 5_000), 'v')), false);
      expect(await scanned(table, 'k')).toEqual(Array.from({ length: 5_000 }, (_row, index) => `${keyOf(index)}=v`));
      await table.close();
    });
  });
}
