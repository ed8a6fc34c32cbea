import { test } from 'vitest';
import { randomFromSeed } from '../runtime/random.ts';
import { realClock } from '../runtime/real-clock.ts';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { openMqttSession } from './mqtt-session.ts';
test('perf', async () => {
  writeFileSync('/tmp/m.conf','listener 18999 127.0.0.1\nallow_anonymous true\nmax_inflight_messages 0\nmax_queued_messages 100000\n');
  const c = spawn('/usr/sbin/mosquitto',['-c','/tmp/m.conf']);
  await new Promise(r=>setTimeout(r,300));
  const deps={clock:realClock, random: randomFromSeed(1)};
  const before=process.memoryUsage();
  const ss = Array.from({length:200},(_, i)=>openMqttSession({url:'mqtt://127.0.0.1:18999',clientId:'c'+i,protocolVersion:4,clean:true,keepaliveMs:30000,connectTimeoutMs:5000},deps));
  await Promise.all(ss.map(s=>new Promise<void>(r=>s.onConnected(()=>r()))));
  const after=process.memoryUsage();
  console.log('heap MB', (after.heapUsed-before.heapUsed)/1e6, 'rss', (after.rss-before.rss)/1e6);
  for (const qos of [0,1,2] as const) {
    const t=performance.now(); const cpu=process.cpuUsage();
    await Promise.all(ss.slice(0,50).map(async s=>{ for(let k=0;k<10;k++) await Promise.all(Array.from({length:20},()=>s.publish('x/y', Buffer.alloc(64), {qos, retain:false})));}));
    const u=process.cpuUsage(cpu);
    console.log('qos',qos,'10000 msgs', performance.now()-t,'ms', (u.user+u.system)/10000,'us cpu/msg');
  }
  const t=performance.now(); const cpu=process.cpuUsage(); await new Promise(r=>setTimeout(r,3000)); const u=process.cpuUsage(cpu); console.log('idle cpu us/s', (u.user+u.system)/3);
  await Promise.all(ss.map(s=>s.end())); c.kill();
});
