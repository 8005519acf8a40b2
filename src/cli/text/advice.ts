import type { ApplicationSummary, Hold } from "../../core/views/application.ts";
import { ago } from "./words.ts";

/** Why an Application does not converge, since when, and what a person can do: each a short text, most important first. */
export interface Advice {
	readonly since: string | undefined;
	readonly why: readonly string[];
	readonly actions: readonly string[];
}

/** Reads conditions, holds, health and drift of an Application that is not fine. */
export function adviseOn(application: ApplicationSummary): Advice {
	const { name, conditions, holds, health, driftedObjects } = application;
	const troubled = conditions.filter((each) => (each.type === "Ready" ? each.status !== "True" : each.status === "True"));
	const ready = troubled.find((each) => each.type === "Ready");
	const why = new Set<string>();
	// What the error itself says to do comes before what is always possible.
	const actions = new Set(troubled.flatMap(({ hint }) => hint ?? []));
	for (const hold of holds) {
		why.add(`${hold.reason}: ${hold.message}${hold.until === undefined ? "" : ` (${ago(hold.until)})`}`);
		for (const action of actionsFor(name, hold)) actions.add(action);
	}
	for (const condition of troubled) {
		const repeats = condition.type === "Reconciling" && health.message !== "" && condition.message.includes(health.message);
		const known = [...why].some(
			(text) => text.includes(condition.message) || text.startsWith(`${condition.reason}:`) || (repeats && text.includes(health.message)),
		);
		if (condition.message !== "" && !known) why.add(`${condition.reason}: ${condition.message}`);
	}
	if (health.status !== "Healthy" && health.message !== "" && ![...why].some((text) => text.includes(health.message)))
		why.add(`${health.status}: ${health.message}`);
	if (driftedObjects > 0) {
		why.add(`Drift: ${driftedObjects === 1 ? "1 Object differs" : `${driftedObjects} Objects differ`} from what was applied`);
		actions.add(`gitward diff ${name}`);
	}
	if (troubled.some((each) => each.type === "Stalled")) actions.add("mend it in Git; the next Revision is tried by itself");
	// What never ran has no logs, and nothing to go back to.
	if ((health.status === "Degraded" || health.status === "Missing") && application.appliedRevision !== undefined)
		actions.add(`gitward logs ${name}`).add(`gitward rollback ${name}`);
	if (actions.size === 0 && health.status === "Unknown" && application.appliedRevision !== undefined)
		actions.add(`see to it that ${application.environment} can be reached and read; Gitward tries again by itself`);
	if (actions.size === 0)
		actions.add(
			application.sync === "Syncing" || health.status === "Progressing" ? "wait: it is under way" : `gitward events --application ${name}`,
		);
	return { since: (ready ?? troubled[0])?.since, why: [...why], actions: [...actions] };
}

function actionsFor(name: string, hold: Hold): readonly string[] {
	const confirm = hold.confirm === undefined ? `gitward sync ${name}` : `gitward sync ${name} --confirm ${hold.confirm}`;
	switch (hold.reason) {
		case "Suspended":
			return [`gitward resume ${name}`];
		case "DeletionGuard":
		case "DriftAsk":
			return [`gitward diff ${name}`, confirm];
		case "ManualSync":
		case "RetriesExhausted":
			return [confirm];
		case "RolledBack":
			return ["push a Revision that is better", `gitward resume ${name}`];
		case "Backoff":
			return [`gitward sync ${name} to try now`];
		case "SyncWindow":
			return ["wait for the window"];
		case "DependsOn":
			return ["gitward status of what it waits for"];
		case "Handover":
			return ["gitward status of the Application that it names"];
		case "Foreign":
			return [`gitward plan ${name} names them`, "annotate them to be adopted, rename them in Git, or remove them there", confirm];
		case "DriftFight":
			return ["end the fight: change the other controller, or say in `driftRules` what it may set", confirm];
		case "Project":
			return ["change the Project or the Application in the control documents"];
	}
}
