import { type Health, worstHealth } from "../../core/health.ts";
import { isPassing } from "../../core/next-step.ts";
import type { OwnedObject } from "../../ports/driver.ts";
import { type ApplicationContext, type EngineContext, targetOf } from "../context.ts";
import { failureOf } from "../failure.ts";

/** Health of an Application by its Objects; Unknown, with the reason, where the Target cannot tell. */
export async function healthOf(engine: EngineContext, application: ApplicationContext, owned: readonly OwnedObject[]): Promise<Health> {
	try {
		const healths = await targetOf(engine, application).health(application.name, owned, { signal: application.signal });
		const worst = worstHealth(healths);
		const named = healths.find((health) => health.status === worst.status);
		if (worst.status === "Healthy" || named === undefined) return { status: worst.status, message: worst.message };
		return { status: worst.status, message: `${named.key.replace(/\..*?\//u, "/")}: ${named.message}` };
	} catch (error) {
		if (application.signal.aborted) throw error;
		const failure = failureOf(error);
		if (!isPassing(failure) && failure.kind === "internal")
			engine.log.error("health failed by a bug", { application: application.name, error });
		return { status: "Unknown", message: failure.message };
	}
}
