// Reads a calendar from its standard input as Thunderbird does, and says what it found as JSON.

import { readFileSync } from "node:fs";
import ICAL from "ical.js";

const calendar = new ICAL.Component(ICAL.parse(readFileSync(0, "utf8")));
const found = calendar.getAllSubcomponents("vevent").map((component) => {
  const event = new ICAL.Event(component);
  const times = [event.startDate, event.endDate].map((time) => time.toJSDate().toISOString());
  return [...times, component.getFirstPropertyValue("status"), event.location];
});
process.stdout.write(JSON.stringify(found));
