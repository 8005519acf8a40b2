import { type Failure, wantedOf } from "../core/application-state.ts";
import { nextDelay } from "../core/backoff.ts";
import { type NextStep, nextStep, suspendedHold } from "../core/next-step.ts";
import { isSettled } from "../core/summarise.ts";
import { windowState } from "../core/windows.ts";
import { type ApplicationContext, type EngineContext, stateOf, targetOf } from "./context.ts";
import { failureOf } from "./failure.ts";
import { relookStage } from "./stages/handover.ts";
import { healthOf } from "./stages/health.ts";
import { environmentProblem } from "./stages/project.ts";
import { removeStage } from "./stages/remove.ts";
import { renderStage } from "./stages/render.ts";
import { repairStage } from "./stages/repair.ts";
import { syncStage } from "./stages/sync.ts";

/** Longest wait for a named time: a clock that jumps is noticed by then. */
const maxWaitMs = 60_000;

/** Applications whose Objects are watched, and those that a sweep is due for. */
export interface Watched {
	readonly tracked: Set<string>;
	readonly sweepDue: Set<string>;
}

function decide(engine: EngineContext, application: ApplicationContext): NextStep {
	const { name, document, environment } = application;
	const state = stateOf(engine, name);
	const policy = environment.spec.policy;
	const now = engine.clock.now();
	return nextStep({
		state,
		target: wantedOf(state),
		drifted: engine.suspects.has(name) || state.drift.some((each) => each.mode === undefined),
		drift: document.spec.drift ?? policy.drift,
		sync: policy.sync,
		suspended: document.spec.suspend,
		now,
		blockedBy: document.spec.dependsOn.filter((other) => {
			const known = engine.status.get(other);
			return known === undefined || !isSettled(known);
		}),
		window: windowState(policy.windows, name, now, state.request !== undefined),
		projectProblem: environmentProblem(engine.control().projects.get(document.spec.project), document),
	});
}

/** Begins to watch an Application's Objects, and looks for what changed while nobody watched. */
async function watch(engine: EngineContext, application: ApplicationContext, watched: Watched): Promise<void> {
	const { name } = application;
	const isNew = !watched.tracked.has(name);
	if (!isNew && !watched.sweepDue.has(name)) return;
	const target = targetOf(engine, application);
	const owned = await engine.store.inventory(name, application.environment.metadata.name);
	if (isNew) await target.track(name, owned, application.options);
	const changed = await target.sweep(name, owned, application.options);
	watched.tracked.add(name);
	watched.sweepDue.delete(name);
	if (changed.length === 0) return;
	const suspects = engine.suspects.get(name);
	if (suspects === "all") return;
	engine.suspects.set(name, new Set([...(suspects ?? []), ...changed]));
}

/** Notes a failure of something other than a Sync (a Target that cannot be reached, a repair) and when to try again. */
async function noteFailure(engine: EngineContext, application: ApplicationContext, failure: Failure): Promise<void> {
	const { name } = application;
	const state = stateOf(engine, name);
	const hash = wantedOf(state)?.hash ?? "";
	const count = (state.attempt?.hash === hash ? state.attempt.count : 0) + 1;
	const delay = nextDelay({ attempt: count, backoffMs: 1000, maxBackoffMs: 300_000, random: engine.random() });
	const isNews = state.attempt?.failure.message !== failure.message;
	await engine.status.update(
		name,
		{
			attempt: {
				id: state.attempt?.id ?? String(state.syncs ?? 0),
				hash,
				count,
				failure,
				next: new Date(engine.clock.now() + delay).toISOString(),
			},
		},
		{
			events: isNews
				? [
						{
							type: "RepairFailed",
							severity: "error",
							message: failure.message,
							application: name,
							environment: application.environment.metadata.name,
						},
					]
				: [],
		},
	);
	engine.requeue(name, delay);
}

async function carryOut(engine: EngineContext, application: ApplicationContext, step: NextStep): Promise<void> {
	const { name, document, environment } = application;
	const target = wantedOf(stateOf(engine, name));
	if (step.do === "sync" && target !== undefined) await syncStage(engine, application, target, step.trigger);
	if (step.do === "repair" || step.do === "report")
		await repairStage(engine, application, document.spec.drift ?? environment.spec.policy.drift, step.do === "report" ? step.waits : []);
	if (step.do === "wait") await engine.status.update(name, { holds: step.holds });
	if (step.do === "wait" || step.do === "report") {
		if (step.until !== undefined) engine.requeue(name, Math.min(Math.max(step.until - engine.clock.now(), 0) + 1, maxWaitMs));
	}
	// A newer Revision may wait: what it waits for is shown again once the drift is repaired.
	if (step.do === "repair") engine.requeue(name, 0);
	if (step.do === "nothing") await engine.status.update(name, { holds: step.holds });
}

/** An Application that moved: what it had in its old Environment goes first. True when nothing is left there. */
async function leave(engine: EngineContext, application: ApplicationContext, environment: string): Promise<boolean> {
	const { name } = application;
	if ((await engine.store.inventory(name, environment)).length > 0) {
		const left = engine.targets.document(environment);
		if (left === undefined) {
			const message = `has Objects in the Environment ${environment}, which is no longer known: name it again in the control documents`;
			await engine.status.update(name, { holds: [{ reason: "DeletionGuard", message }] });
			return false;
		}
		if (!(await removeStage(engine, { ...application, environment: left, driver: engine.targets.driver(environment) }))) return false;
	}
	await engine.status.update(name, { environment: application.environment.metadata.name, leaving: undefined });
	return true;
}

/** One look at one Application: what it should be, what it is, and the one next step. Level-triggered: it does not matter why it was called. */
export async function reconcile(engine: EngineContext, application: ApplicationContext, watched: Watched): Promise<void> {
	const { name, environment, signal } = application;
	const state = stateOf(engine, name);
	if (state.removal !== undefined) {
		watched.tracked.delete(name);
		if (state.suspended !== undefined) {
			await engine.status.update(name, { holds: [suspendedHold(state.suspended.by.name)] });
			return;
		}
		const isGone = await removeStage(engine, application);
		if (isGone && stateOf(engine, name).removal !== undefined) await engine.status.remove(name, []);
		return;
	}
	if (state.environment !== environment.metadata.name) {
		watched.tracked.delete(name);
		if (application.document.spec.suspend || state.suspended !== undefined) {
			await engine.status.update(name, { holds: [suspendedHold(state.suspended?.by.name)] });
			return;
		}
		if (!(await leave(engine, application, state.environment))) return;
	}
	await renderStage(engine, application);
	try {
		targetOf(engine, application);
	} catch (error) {
		const { message } = failureOf(error);
		await engine.status.update(name, { health: { status: "Unknown", message } });
		return;
	}
	try {
		await watch(engine, application, watched);
		await relookStage(engine, application);
		const step = decide(engine, application);
		await carryOut(engine, application, step);
		if (step.do !== "sync") {
			const owned = await engine.store.inventory(name, environment.metadata.name);
			const health = await healthOf(engine, application, owned);
			const { attempt } = stateOf(engine, name);
			const over = step.do !== "wait" && attempt !== undefined && (attempt.failure.code !== "HealthTimeout" || health.status === "Healthy");
			await engine.status.update(name, { health, inventory: owned.length, ...(over ? { attempt: undefined } : {}) });
		}
	} catch (error) {
		if (signal.aborted) throw error;
		const failure = failureOf(error);
		if (failure.kind === "internal") engine.log.error("reconcile failed by a bug", { application: name, error });
		await noteFailure(engine, application, failure);
	}
}
