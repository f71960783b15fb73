import type { Gauge } from 'prom-client'

/** Liveness by progress: a connection proves nothing, work that moves on does. */
export class Health {
  private lastProgress: number
  private inHand = 0
  private waiting = 0
  /** Says why the service cannot work now; undefined: it can. */
  notReady: string | undefined = 'starting'

  constructor(
    private readonly stallMs: number,
    private readonly gauge: Gauge,
    private readonly now: () => number = Date.now,
  ) {
    this.lastProgress = now()
  }

  /** Work was finished. */
  moved(): void {
    this.lastProgress = this.now()
    this.gauge.set(this.lastProgress / 1000)
  }

  /** So many messages wait; the clock starts when the first comes. */
  setWaiting(messages: number): void {
    if (this.waiting + this.inHand === 0 && messages > 0) this.lastProgress = this.now()
    this.waiting = messages
  }

  /** Counts the work as in hand until it is done. */
  async working<T>(work: () => Promise<T>): Promise<T> {
    if (this.waiting + this.inHand === 0) this.lastProgress = this.now()
    this.inHand++
    try {
      return await work()
    } finally {
      this.inHand--
    }
  }

  /** Why the process should be started anew; undefined: it is well. */
  sickness(): string | undefined {
    const still = this.now() - this.lastProgress
    return this.waiting + this.inHand > 0 && still > this.stallMs ? `there is work and nothing moved for ${Math.round(still / 1000)} s` : undefined
  }
}
