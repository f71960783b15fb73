const OFFSET_MS = 8 * 3_600_000

interface BeijingTime {
  /** `YYYY-MM-DD` */
  day: string
  /** 0–24 */
  hour: number
}

/** Many signals ask for the time of the same call. */
let last: { moment: string; time: BeijingTime } | undefined

/** Day and hour of a moment in Beijing, whose clock all of China keeps; recorders may write UTC. */
export function beijingTime(moment: string): BeijingTime {
  if (last?.moment !== moment) last = { moment, time: read(moment) }
  return last.time
}

function read(moment: string): BeijingTime {
  const local = new Date(Date.parse(moment) + OFFSET_MS)
  return { day: local.toISOString().slice(0, 10), hour: local.getUTCHours() + local.getUTCMinutes() / 60 }
}
