import { connect, createServer, type Socket } from 'node:net';

/** A TCP proxy whose connections a test can cut, after a number of bytes or at once. */
export interface CuttableProxy {
  readonly port: number;
  readonly connections: number;
  /** Resets the next connection after each of these byte counts went up in it, one after the other. */
  cutAfter(...bytesUp: number[]): void;
  cut(): void;
  /** With false, connections are reset as soon as they come. */
  admit(isOpen: boolean): void;
  close(): Promise<void>;
}

export async function openCuttableProxy(target: number): Promise<CuttableProxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let budgets: number[] = [];
  let isOpen = true;
  let connections = 0;
  const server = createServer({ noDelay: true }, (near) => {
    near.on('error', () => near.destroy());
    if (!isOpen) {
      near.resetAndDestroy();
      return;
    }
    connections += 1;
    const far = connect({ host: '127.0.0.1', port: target, noDelay: true });
    const pair = [near, far] as const;
    pairs.add(pair);
    const reset = (): void => {
      pairs.delete(pair);
      near.resetAndDestroy();
      far.resetAndDestroy();
    };
    far.on('error', reset);
    let bytesUp = 0;
    near.on('data', (chunk) => {
      const budget = budgets[0];
      if (budget === undefined || bytesUp + chunk.length < budget) {
        bytesUp += chunk.length;
        far.write(chunk);
        return;
      }
      budgets.shift();
      // The bytes up to the cut do arrive; the answers to them do not.
      far.write(chunk.subarray(0, Math.max(0, budget - bytesUp)), () => setTimeout(reset, 5));
      near.pause();
      far.removeAllListeners('data');
    });
    far.on('data', (chunk) => near.write(chunk));
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const cut = (): void => {
    for (const [near, far] of pairs) {
      near.resetAndDestroy();
      far.resetAndDestroy();
    }
    pairs.clear();
  };
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    get connections() {
      return connections;
    },
    cutAfter: (...bytesUp) => {
      budgets = bytesUp;
    },
    cut,
    admit: (open) => {
      isOpen = open;
    },
    async close() {
      cut();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}
