import { AppError } from "../../core/app-error.ts";
import type { EnvironmentDocument } from "../../core/documents/environment.ts";
import { createHealth } from "../../health/health.ts";
import { ruleProblem } from "../../health/rule-problem.ts";
import type { DriverContext, Target } from "../../ports/driver.ts";
import type { SignalOption } from "../../ports/repository.ts";
import { confined } from "./client/confined.ts";
import { loadConnection } from "./client/connection.ts";
import { createKubernetesClient } from "./client/create-client.ts";
import { counted } from "./counted.ts";
import type { KubernetesDriverOptions } from "./driver.ts";
import { openLive } from "./live/open-live.ts";
import { openKubernetesTarget } from "./target.ts";

/** Opens the cluster of an Environment. Throws where its kubeconfig or a health rule is wrong; whether it can be reached shows later. */
export async function openCluster(
	options: KubernetesDriverOptions,
	environment: EnvironmentDocument,
	context: DriverContext,
	signals: SignalOption = {},
): Promise<Target> {
	const { kubernetes } = environment.spec.target;
	if (kubernetes === undefined) throw new Error(`the Environment ${environment.metadata.name} is no Kubernetes cluster`);
	for (const rule of environment.spec.health) {
		const problem = await ruleProblem(rule);
		if (problem === undefined) continue;
		throw new AppError(`the health rule for ${rule.kind}${rule.group === "" ? "" : `.${rule.group}`} cannot be used: ${problem}`, {
			code: "HealthRuleInvalid",
			kind: "invalid",
			hint: "Try it with `gitward health OBJECT.yaml` and --cel or --lua.",
		});
	}
	const { clock } = context;
	const connection = await loadConnection(kubernetes, { ...options, ...signals, base: context.base, clock });
	const client = confined(counted(createKubernetesClient(connection, { clock }), context.requests), kubernetes.namespaces ?? []);
	const health = createHealth(environment.spec.health);
	const live = openLive({ client, health, context, environment });
	return openKubernetesTarget({ environment, context, client, live, health });
}
