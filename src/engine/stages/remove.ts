import { toAppError } from "../../core/app-error.ts";
import { nextDelay } from "../../core/backoff.ts";
import { guardDeletion } from "../../core/guard.ts";
import { leaveHolds } from "../../core/leave.ts";
import type { DesiredObject, HookPhase } from "../../core/object.ts";
import { optionsOf } from "../../core/object-options.ts";
import { type ApplicationContext, type EngineContext, stateOf, targetOf, timestamp, without } from "../context.ts";
import { failureOf } from "../failure.ts";
import { automation } from "../status.ts";
import { whileGoing } from "./going.ts";
import { compare } from "./observe.ts";

/** When a removal looks again whether what it leaves was taken over, in milliseconds; whoever takes it over wakes it, too. */
const handoverMs = 5000;

/** Jobs for the end of an Application, of what was applied last. */
async function deletionHooks(engine: EngineContext, application: ApplicationContext): Promise<readonly DesiredObject[]> {
	const { applied } = stateOf(engine, application.name);
	const objects = applied === undefined ? undefined : await engine.store.rendered(applied.hash);
	return (objects ?? []).filter((object) => optionsOf(object).hooks.some((phase) => phase === "PreDelete" || phase === "PostDelete"));
}

/**
 * An Application that the control documents no longer name, or that moved to another Environment: its Objects are deleted, under
 * the same guard as any deletion; where the Environment does not prune they are let go. True when nothing of it is left.
 */
export async function removeStage(engine: EngineContext, application: ApplicationContext): Promise<boolean> {
	const { name, environment, signal } = application;
	const state = stateOf(engine, name);
	const { attempt } = state;
	engine.waiting.delete(name);
	if (
		state.request === undefined &&
		attempt?.hash === "removal" &&
		attempt.next !== undefined &&
		Date.parse(attempt.next) > engine.clock.now()
	) {
		engine.requeue(name, Date.parse(attempt.next) - engine.clock.now());
		return false;
	}
	try {
		const { plan, owned } = await compare(engine, application, await deletionHooks(engine, application), {
			purpose: "sync",
			removal: true,
		});
		const guard = guardDeletion({
			plan,
			inventorySize: owned.length,
			maxDeletePercent: environment.spec.policy.maxDeletePercent,
			...(state.request?.confirm === undefined ? {} : { confirmed: state.request.confirm }),
		});
		if (!guard.allowed) {
			const isNews = state.holds.every((hold) => hold.confirm !== guard.confirm);
			const why =
				state.removal === undefined
					? `moved to another Environment; in ${environment.metadata.name} `
					: "no longer in the control documents; ";
			await engine.status.update(
				name,
				{
					...without(engine, name, state.request),
					holds: [{ reason: "DeletionGuard", message: why + guard.message, confirm: guard.confirm }],
				},
				{
					events: isNews
						? [
								{
									type: "DeletionHeld",
									severity: "warning",
									message: why + guard.message,
									application: name,
									environment: environment.metadata.name,
								},
							]
						: [],
				},
			);
			return false;
		}
		const target = targetOf(engine, application);
		await target.track(name, [], application.options);
		if (state.applied !== undefined && plan.changes.some((change) => change.action === "delete")) {
			await engine.status.update(name, { applied: { ...state.applied, partial: true } });
		}
		const entries = new Map(owned.map((object) => [object.key, object]));
		const deletions = plan.changes.filter((change) => change.action === "delete").map((change) => change.key);
		const runHooks = async (phase: HookPhase): Promise<void> => {
			for (const change of plan.changes.filter(({ hook }) => hook === phase))
				await target.apply(name, change, undefined, { ...application.options, sync: `removal ${state.applied?.at ?? ""}` });
		};
		const isBack = (): boolean => state.removal !== undefined && stateOf(engine, name).removal === undefined;
		await runHooks("PreDelete");
		await whileGoing(engine, application, deletions, async (ours) => {
			for (const change of plan.changes) {
				const entry = entries.get(change.key);
				if (change.action !== "delete" || entry === undefined) continue;
				if (isBack()) return;
				entries.delete(change.key);
				if (!ours.has(change.key)) continue;
				await target.apply(name, change, entry, application.options);
				engine.counters.applies += 1;
				await engine.status.update(
					name,
					{ inventory: entries.size },
					{ writes: [{ type: "disown", application: name, keys: [change.key] }] },
				);
			}
		});
		if (isBack()) return false;
		await runHooks("PostDelete");
		const left = plan.changes.flatMap(({ key, leave }) => (leave === undefined || !entries.has(key) ? [] : [{ key, ...leave }]));
		if (left.length > 0) {
			await engine.status.update(name, { attempt: undefined, inventory: entries.size, left, holds: leaveHolds(left) });
			engine.requeue(name, handoverMs);
			return false;
		}
		const kept = [...entries.keys()];
		const by = state.request?.by ?? automation;
		await engine.status.update(
			name,
			{
				...without(engine, name, state.request),
				attempt: undefined,
				applied: undefined,
				sync: undefined,
				holds: [],
				drift: [],
				left: undefined,
				inventory: 0,
			},
			{
				writes: kept.length === 0 ? [] : [{ type: "disown", application: name, keys: kept }],
				events: [
					{
						type: "ApplicationRemoved",
						severity: "info",
						message: `removed from ${environment.metadata.name}: ${plan.changes.filter((change) => change.action === "delete").length} objects deleted, ${kept.length} kept`,
						application: name,
						environment: environment.metadata.name,
						by,
					},
				],
			},
		);
		return true;
	} catch (error) {
		if (signal.aborted) throw error;
		const failure = failureOf(error);
		if (failure.kind === "waiting") {
			engine.requeue(name, toAppError(error).retryAfterMs ?? handoverMs);
			return false;
		}
		const count = (attempt?.hash === "removal" ? attempt.count : 0) + 1;
		const delay = nextDelay({ attempt: count, backoffMs: 1000, maxBackoffMs: 300_000, random: engine.random() });
		await engine.status.update(name, {
			attempt: { id: "removal", hash: "removal", count, failure, next: new Date(engine.clock.now() + delay).toISOString() },
			lastSync: timestamp(engine),
		});
		engine.requeue(name, delay);
		return false;
	}
}
