import { Cron } from "croner";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SyncWindow } from "./documents/environment.ts";
import { windowState } from "./windows.ts";

function window(given: Partial<SyncWindow>): SyncWindow {
	return { kind: "allow", schedule: "0 9 * * 1-5", duration: "8h", timeZone: "UTC", manual: false, ...given };
}

const at = (text: string): number => Date.parse(text);
const monday10 = at("2030-01-07T10:00:00Z");
const sunday = at("2030-01-06T10:00:00Z");

describe("windowState", () => {
	it("is open without windows, and for Applications that no window names", () => {
		expect(windowState([], "shop", sunday, false)).toEqual({ open: true });
		expect(windowState([window({ applications: ["data*"] })], "shop", sunday, false)).toEqual({ open: true });
	});

	it("is open inside an allow window and tells when the next opens", () => {
		expect(windowState([window({})], "shop", monday10, false)).toEqual({ open: true });
		expect(windowState([window({})], "shop", sunday, false)).toMatchObject({ open: false, until: at("2030-01-07T09:00:00Z") });
		expect(windowState([window({})], "shop", at("2030-01-07T17:00:00Z"), false)).toMatchObject({
			open: false,
			until: at("2030-01-08T09:00:00Z"),
		});
	});

	it("lets deny win over allow, until the deny window ends", () => {
		const freeze = window({ kind: "deny", schedule: "30 9 * * *", duration: "1h" });
		expect(windowState([window({}), freeze], "shop", monday10, false)).toMatchObject({ open: false, until: at("2030-01-07T10:30:00Z") });
	});

	it("lets a person pass where the window says so", () => {
		const freeze = window({ kind: "deny", schedule: "30 9 * * *", duration: "1h", manual: true });
		expect(windowState([freeze], "shop", monday10, true)).toEqual({ open: true });
		expect(windowState([freeze], "shop", monday10, false).open).toBe(false);
		expect(windowState([window({ manual: true })], "shop", sunday, true)).toEqual({ open: true });
	});

	it("follows the time zone over a change to summer time", () => {
		const berlin = window({ schedule: "0 9 * * *", duration: "1h", timeZone: "Europe/Berlin" });
		expect(windowState([berlin], "shop", at("2030-03-30T08:30:00Z"), false).open).toBe(true);
		expect(windowState([berlin], "shop", at("2030-03-31T08:30:00Z"), false).open).toBe(false);
		expect(windowState([berlin], "shop", at("2030-03-31T07:30:00Z"), false).open).toBe(true);
	});

	it("knows windows that are longer than their period", () => {
		expect(windowState([window({ schedule: "0 0 * * *", duration: "2d" })], "shop", sunday, false)).toEqual({ open: true });
	});

	it("opens at its first millisecond and closes at its end", () => {
		const start = at("2030-01-07T09:00:00Z");
		const open = [start - 1, start, start + 1, start + 8 * 3_600_000 - 1, start + 8 * 3_600_000].map(
			(now) => windowState([window({})], "shop", now, false).open,
		);
		expect(open).toEqual([false, true, true, true, false]);
	});

	it("speaks of the last end where a window opens again while it is open", () => {
		const freeze = window({ kind: "deny", schedule: "* * * * *", duration: "2d" });
		expect(windowState([freeze], "shop", monday10 + 30_000, false)).toMatchObject({ open: false, until: monday10 + 2 * 86_400_000 });
	});

	it("says so where an allow window never opens", () => {
		expect(windowState([window({ schedule: "0 0 30 2 *" })], "shop", sunday, false)).toMatchObject({
			open: false,
			message: expect.stringContaining("no allow window ever opens"),
		});
	});

	it("is open just while one of the starts, walked one by one, is less than a duration ago, also over changes of summer time", () => {
		const year = { min: at("2030-01-01T00:00:00Z"), max: at("2031-01-01T00:00:00Z") };
		fc.assert(
			fc.property(
				fc.oneof(fc.integer(year), fc.integer({ min: at("2030-03-30T12:00:00Z"), max: at("2030-04-01T12:00:00Z") })),
				fc.constantFrom("0 9 * * 1-5", "30 2 * * *", "*/20 * * * *", "0 0 1 * *"),
				fc.constantFrom("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"),
				fc.integer({ min: 1, max: 30 }),
				(now, schedule, timeZone, hours) => {
					const cron = new Cron(schedule, { timezone: timeZone, paused: true });
					const first = cron.nextRun(new Date(now - hours * 3_600_000));
					const expected = first !== null && first.getTime() <= now;
					expect(windowState([window({ schedule, timeZone, duration: `${hours}h` })], "shop", now, false).open).toBe(expected);
				},
			),
			{ numRuns: 300 },
		);
	});
});
