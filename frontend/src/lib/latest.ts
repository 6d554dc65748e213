/**
 * Runs one task at a time and remembers only the newest one that came meanwhile: a slider that is
 * dragged asks for a preview as often as the server can answer, and the last position always wins.
 */
export class Latest {
  private running = false
  private waiting: (() => Promise<void>) | null = null

  ask(task: () => Promise<void>): void {
    if (this.running) {
      this.waiting = task
      return
    }
    void this.run(task)
  }

  /** Forget what waits; what runs ends by itself. */
  drop(): void {
    this.waiting = null
  }

  private async run(task: () => Promise<void>): Promise<void> {
    this.running = true
    try {
      await task()
    } finally {
      this.running = false
      const next = this.waiting
      this.waiting = null
      if (next) void this.run(next)
    }
  }
}
