/** Converts between moments and the clock of a time zone, as an input of the type datetime-local has it. */

/** Whether this browser knows the time zone. */
export function isZone(zone) {
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: zone }) !== null;
  } catch {
    return false;
  }
}

/** @param moment ISO 8601 with an offset, or null */
export function toClock(moment, zone) {
  if (moment === null) {
    return "";
  }
  const clock = new Date(clockMs(Date.parse(moment), zone)).toISOString();
  return clock.slice(0, clock.slice(17, 19) === "00" ? 16 : 19);
}

/**
 * Between two times of which the clock shows the same when it is set back, the first one is meant.
 *
 * @param clock the value of an input, which may be empty
 * @returns null for an empty value; the value itself if its year has more than four digits, so that the API rejects it
 */
export function toMoment(clock, zone) {
  if (clock === "") {
    return null;
  }
  const wanted = Date.parse(clock + "Z");
  if (Number.isNaN(wanted)) {
    return clock;
  }
  // The offset half a day before is that before a change, and likewise after.
  const moments = [-1, 1].map((side) => {
    const near = wanted + side * 43_200_000;
    return wanted - (clockMs(near, zone) - near);
  });
  const found = moments.find((moment) => clockMs(moment, zone) === wanted) ?? moments[0];
  return new Date(found).toISOString();
}

/** What the zone's clock shows, as if it were in UTC. Whole seconds. */
function clockMs(ms, zone) {
  const parts = Object.fromEntries(new Intl.DateTimeFormat("en-US", {
    timeZone: zone, calendar: "iso8601", numberingSystem: "latn", hourCycle: "h23",
    year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit",
  }).formatToParts(ms).map((part) => [part.type, Number(part.value)]));
  return Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second);
}
