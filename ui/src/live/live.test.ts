import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { GitwardEvent } from "../../../src/core/views/event.ts";
import { createBatch } from "./batch.ts";
import { concernsOf } from "./concerns.ts";
import { mergeEvents, selectEvents, typeWords } from "./event-log.ts";

const event = (id: number, patch: Partial<GitwardEvent> = {}): GitwardEvent => ({
	id,
	time: "2026-03-01T12:00:00Z",
	type: "SyncSucceeded",
	severity: "info",
	message: "",
	by: { name: "gitward", via: "automation" },
	...patch,
});

describe("concernsOf", () => {
	it("asks for the one Application that an event is about", () => {
		expect(concernsOf([event(1, { application: "shop", environment: "dev" })])).toEqual({
			applications: new Set(["shop"]),
			everyApplication: false,
			changed: new Set(["shop"]),
			environments: true,
			repositories: false,
			control: false,
		});
	});

	it("leaves history and plan alone when only health moved", () => {
		expect(concernsOf([event(1, { type: "HealthChanged", application: "shop" })]).changed).toEqual(new Set());
	});

	it("asks for the listing once when many moved", () => {
		const many = Array.from({ length: 1000 }, (_, index) => event(index, { application: `app-${index}` }));
		const { applications, everyApplication } = concernsOf(many);
		expect(everyApplication).toBe(true);
		expect(applications.size).toBe(0);
	});

	it("asks for everything when the control documents moved", () => {
		expect(concernsOf([event(1, { type: "ControlAccepted" })])).toMatchObject({
			everyApplication: true,
			environments: true,
			repositories: true,
			control: true,
		});
	});

	it("asks only for repositories when one has news", () => {
		expect(concernsOf([event(1, { type: "RevisionSeen", repository: "shop" })])).toMatchObject({
			repositories: true,
			everyApplication: false,
			environments: false,
		});
	});
});

describe("createBatch", () => {
	beforeEach(() => {
		vi.useFakeTimers();
	});
	afterEach(() => {
		vi.useRealTimers();
	});

	it("hands on together, and one hand-over at a time", async () => {
		const handed: (readonly number[])[] = [];
		const ends: (() => void)[] = [];
		const batch = createBatch<number>((items) => {
			handed.push(items);
			return new Promise((resolve) => ends.push(resolve));
		}, 100);
		batch.add(1);
		batch.add(2);
		await vi.advanceTimersByTimeAsync(100);
		batch.add(3);
		await vi.advanceTimersByTimeAsync(1000);
		expect(handed).toEqual([[1, 2]]);
		ends[0]?.();
		await vi.advanceTimersByTimeAsync(100);
		expect(handed).toEqual([[1, 2], [3]]);
	});

	it("goes on after a failed hand-over, and ends when closed", async () => {
		const handed: (readonly number[])[] = [];
		const batch = createBatch<number>((items) => {
			handed.push(items);
			return Promise.reject(new Error("unavailable"));
		}, 100);
		batch.add(1);
		await vi.advanceTimersByTimeAsync(100);
		batch.add(2);
		await vi.advanceTimersByTimeAsync(100);
		batch.add(3);
		batch.close();
		await vi.advanceTimersByTimeAsync(1000);
		expect(handed).toEqual([[1], [2]]);
	});
});

describe("the log of events", () => {
	it("keeps each once, ascending, bounded", () => {
		const known = [event(1), event(2)];
		expect(mergeEvents(known, [event(3), event(4)], 3).map(({ id }) => id)).toEqual([2, 3, 4]);
		expect(mergeEvents(known, [event(2), event(0)]).map(({ id }) => id)).toEqual([0, 1, 2]);
	});

	it("is filtered by words and severity, newest first", () => {
		const events = [
			event(1, { application: "shop", severity: "error" }),
			event(2, { application: "shop" }),
			event(3, { application: "cart", severity: "warning" }),
		];
		expect(selectEvents(events, "shop", "all").map(({ id }) => id)).toEqual([2, 1]);
		expect(selectEvents(events, "", "warning").map(({ id }) => id)).toEqual([3, 1]);
		expect(selectEvents(events, "sync CART", "error")).toEqual([]);
	});

	it("writes types as words", () => {
		expect(typeWords("SyncSucceeded")).toBe("Sync succeeded");
	});
});
