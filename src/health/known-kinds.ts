import type { KindRule, KindRules } from "./kind-rule.ts";
import { batch } from "./kinds/batch.ts";
import { cluster } from "./kinds/cluster.ts";
import { argo } from "./kinds/custom/argo.ts";
import { certManager } from "./kinds/custom/cert-manager.ts";
import { databases } from "./kinds/custom/databases.ts";
import { elasticStack } from "./kinds/custom/elastic.ts";
import { flux } from "./kinds/custom/flux.ts";
import { gatewayApi } from "./kinds/custom/gateway-api.ts";
import { infrastructure } from "./kinds/custom/infrastructure.ts";
import { messaging } from "./kinds/custom/messaging.ts";
import { monitoring } from "./kinds/custom/monitoring.ts";
import { networking } from "./kinds/custom/networking.ts";
import { platforms } from "./kinds/custom/platforms.ts";
import { policies } from "./kinds/custom/policies.ts";
import { runs } from "./kinds/custom/runs.ts";
import { scaling } from "./kinds/custom/scaling.ts";
import { secrets } from "./kinds/custom/secrets.ts";
import { storageSystems } from "./kinds/custom/storage.ts";
import { kafka } from "./kinds/custom/strimzi.ts";
import { network } from "./kinds/network.ts";
import { pods } from "./kinds/pod.ts";
import { storage } from "./kinds/storage.ts";
import { workloads } from "./kinds/workloads.ts";

const groups: readonly KindRules[] = [
	workloads,
	pods,
	batch,
	storage,
	network,
	cluster,
	argo,
	certManager,
	databases,
	elasticStack,
	flux,
	gatewayApi,
	infrastructure,
	kafka,
	messaging,
	monitoring,
	networking,
	platforms,
	policies,
	runs,
	scaling,
	secrets,
	storageSystems,
];

const rules: ReadonlyMap<string, KindRule> = new Map(groups.flatMap((group) => Object.entries(group)));

/** The rule for a kind that Gitward knows; undefined for others, whose conditions speak. */
export function knownRule(group: string, kind: string): KindRule | undefined {
	return rules.get(group === "" ? kind : `${kind}.${group}`) ?? rules.get(`*.${group}`);
}

/** `Kind.group` of all kinds that there is a rule for, sorted; `*` for every kind of a group. */
export function knownKinds(): readonly string[] {
	return [...rules.keys()].sort();
}
