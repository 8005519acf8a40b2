import { join } from "node:path";
import { AppError } from "../../core/app-error.ts";
import type { EnvironmentDocument } from "../../core/documents/environment.ts";
import type { HealthAssessor } from "../../health/health.ts";
import type { DriverContext, Target, TargetOptions } from "../../ports/driver.ts";
import { applyObject } from "./apply/apply-object.ts";
import { createDefinitions } from "./apply/definitions.ts";
import { deleteObject } from "./apply/delete-object.ts";
import { createDoneHooks } from "./apply/done-hooks.ts";
import { runHook } from "./apply/hooks.ts";
import { createNamespaces } from "./apply/namespaces.ts";
import type { KubernetesClient } from "./client/client.ts";
import type { Cluster, Work } from "./cluster.ts";
import type { LiveSide } from "./live-side.ts";
import { createExistence } from "./observe/existence.ts";
import { logsOf } from "./observe/logs.ts";
import { observe } from "./observe/observe.ts";

export interface KubernetesTargetOptions {
	readonly environment: EnvironmentDocument;
	readonly context: DriverContext;
	readonly client: KubernetesClient;
	readonly live: LiveSide;
	readonly health: HealthAssessor;
}

/** One opened cluster: what is known of it is the live side's, what is changed in it is done here. */
export function openKubernetesTarget({ environment, context, client, live, health }: KubernetesTargetOptions): Target {
	const { clock, log, instance } = context;
	const cluster: Cluster = {
		environment,
		instance,
		client,
		live,
		health,
		namespaces: createNamespaces(client),
		definitions: createDefinitions(client, clock),
		doneHooks: createDoneHooks(join(context.home, "hooks")),
		existence: createExistence(client, clock),
		clock,
		log,
	};
	let closing: Promise<void> | undefined;

	function workOf(application: string, { settings, sync, signal }: TargetOptions): Work {
		signal?.throwIfAborted();
		if (closing !== undefined) throw new AppError("the Environment is being closed", { code: "EnvironmentClosed", kind: "unavailable" });
		return {
			application,
			owner: { instance, environment: environment.metadata.name, application },
			policy: environment.spec.policy,
			settings,
			sync,
			signal,
		};
	}

	return {
		observe: async (application, desired, owned, options = {}) =>
			observe(cluster, workOf(application, options), desired, owned, options.purpose ?? "plan"),
		async apply(application, change, owned, options = {}) {
			const work = workOf(application, options);
			if (change.action === "delete") return deleteObject(cluster, work, change, owned);
			if (change.hook !== undefined) return runHook(cluster, work, change, options);
			return applyObject(cluster, work, change, owned);
		},
		health: live.health,
		track: live.track,
		sweep: live.sweep,
		isAsApplied: live.isAsApplied,
		recover: live.recover,
		children: live.children,
		notes: live.notes,
		logs: (_application, key, options) => logsOf(client, key, options),
		async close() {
			closing ??= (async () => {
				try {
					await live.close();
					await health.close();
					await client.close();
				} catch (error) {
					log.error("cluster did not close cleanly", { environment: environment.metadata.name, error });
				}
			})();
			await closing;
		},
	};
}
