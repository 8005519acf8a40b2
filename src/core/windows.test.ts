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
});
