import { count, money, moment, NOTHING } from "./format.js";

const toMinute = (time, now) => moment(time, now).slice(0, -3);

/** The decisions of bidders: text, color, and the reason. */
const DECISIONS = {
  go: { text: "active", level: "good", note: () => "" },
  ahead_of_pace: { text: "active", level: "good", note: () => "waits for its pace" },
  not_started: { text: "not started", level: "off", note: (budget, now) => "starts " + toMinute(budget.starts_at, now) },
  paused: { text: "paused", level: "off", note: () => "" },
  ended: { text: "ended", level: "off", note: (budget, now) => (budget.status === "ended" ? "" : "on " + toMinute(budget.ends_at, now)) },
  exhausted: { text: "exhausted", level: "bad", note: () => "total budget spent" },
  goal_reached: { text: "goal reached", level: "bad", note: (budget) => "all " + budget.goal.metric + " delivered" },
  exhausted_today: { text: "exhausted today", level: "bad", note: (budget, now) => "until " + toMinute(budget.today.ends_at, now) },
};

/** Formats a campaign's budget. */
export class BudgetWords {
  constructor(budget, now) {
    this.budget = budget;
    this.now = now;
  }

  /** As bidders see the campaign. */
  get state() {
    const { text, level, note } = DECISIONS[this.budget.decision];
    return { text, level, note: note(this.budget, this.now) };
  }

  /** @param part total or today */
  spent(part) {
    return money(part.spent_micros, this.budget.currency);
  }

  rest(part) {
    if (part.budget_micros === null) {
      return "no limit";
    }
    const of = "of " + money(part.budget_micros, this.budget.currency);
    return part.remaining_micros < 0
      ? of + ", over by " + money(-part.remaining_micros, this.budget.currency)
      : of;
  }

  remaining(part) {
    return part.budget_micros === null ? NOTHING : money(part.remaining_micros, this.budget.currency);
  }

  get goal() {
    const goal = this.budget.goal;
    return goal === null ? "" : count(goal.delivered) + " of " + count(goal.count) + " " + goal.metric;
  }

  get pace() {
    const pace = this.budget.pace;
    if (pace === null) {
      return { text: "as fast as possible", detail: "", level: "off" };
    }
    const amount = (number) => (pace.of === "goal" ? count(number) : money(number, this.budget.currency));
    const span = { day: "today", total: "in total", goal: "of the goal" }[pace.of];
    const share = pace.amount > 0 ? pace.ahead / pace.amount : 0;
    const way = pace.ahead === 0 ? "on the line" : pace.ahead > 0 ? amount(pace.ahead) + " ahead" : amount(-pace.ahead) + " behind";
    return { text: way, detail: "line at " + amount(pace.line) + " " + span, level: Math.abs(share) > 0.1 ? "warn" : "good" };
  }

  /** The position of the even pace on the bar of this part, as a share of the budget; null if the pace is of another part. */
  line(part) {
    const pace = this.budget.pace;
    const about = pace !== null && ((pace.of === "day" && part === this.budget.today) || (pace.of === "total" && part === this.budget.total));
    return about && part.budget_micros > 0 ? Math.min(1, pace.line / part.budget_micros) : null;
  }
}
