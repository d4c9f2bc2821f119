import { describe, expect, it } from 'vitest';
import { client, must } from '../harness/api';
import { Player } from '../harness/player';
import { csvRows } from '../harness/report';
import { aRun } from '../harness/run';
import { eventually } from '../harness/time';

const FORMULAS = ['=1+1', '+SUM(A1)', '-2+3', '@cmd|x'];

describe('the results as CSV', () => {
  it('hold nothing that a spreadsheet would run, and keep every text', async () => {
    const api = await client('alder');
    const question = { kind: 'short_text', text: '=HYPERLINK("http://evil")', accepted: ['a'] };
    const run = await aRun(api, [question]);
    const host = await Player.screen(api, run);
    const players = await Promise.all(FORMULAS.map((name) => Player.join(run, name)));
    await host.tell('start');
    for (const player of players) {
      await player.opened(0);
      await player.answer(0, { type: 'text', value: `${player.name}, "quoted"` });
    }
    await host.told('revealed');
    await host.tell('next');
    await host.told('finished');
    const csv = await eventually('the results', async () => {
      const answer = await api.get(`/v1/speedruns/${run.id}/results`, { headers: { accept: 'text/csv' } });
      return answer.status === 200 ? answer : undefined;
    }, 30_000);
    expect(csv.headers.get('content-type')).toContain('text/csv');
    expect(csv.headers.get('content-disposition')).toContain('attachment');
    const cells = csvRows(csv.text.replace(/^\ufeff/, '')).flat();
    for (const cell of cells) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
    for (const name of FORMULAS) expect(cells.some((cell) => cell.includes(name))).toBe(true);
    must(await api.get(`/v1/speedruns/${run.id}/results`), 200);
    expect((await api.get(`/v1/speedruns/${run.id}/results`, { headers: { accept: 'image/png' } })).status).toBe(406);
    for (const player of [host, ...players]) player.close();
  });
});
