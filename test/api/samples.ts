import type { ApplicationSummary, HistoryEntry, ObjectView } from "../../src/core/views/application.ts";
import type { PlanView } from "../../src/core/views/common.ts";
import type { EnvironmentView } from "../../src/core/views/environment.ts";
import type { RepositoryView } from "../../src/core/views/repository.ts";

export const since = "2026-01-02T03:04:05.000Z";
const revision = `main@sha1:${"b".repeat(40)}`;

export function sampleApplication(name: string, more: Partial<ApplicationSummary>): ApplicationSummary {
	return {
		name,
		project: "default",
		environment: "staging",
		repository: "shop",
		path: `deploy/${name}`,
		sync: "Synced",
		health: { status: "Healthy", message: "" },
		conditions: [{ type: "Ready", status: "True", reason: "Synced", message: "", since }],
		desiredRevision: revision,
		appliedRevision: revision,
		holds: [],
		driftedObjects: 0,
		objects: 2,
		lastSync: since,
		suspended: false,
		...more,
	};
}

export function sampleEnvironment(name: string, after: string[]): EnvironmentView {
	return {
		name,
		target: "host",
		health: { status: "Healthy", message: "" },
		applications: 1,
		outOfSync: 0,
		after,
		conditions: [],
		policy: { drift: "heal", sync: "automatic", prune: true, maxDeletePercent: 30 },
	};
}

export function sampleRepository(name: string): RepositoryView {
	return {
		name,
		url: "https://git.example.com/acme/shop.git",
		ref: "main",
		revision,
		lastFetch: since,
		conditions: [],
		applications: 2,
		hosted: false,
	};
}

export function sampleObject(application: string, name: string): ObjectView {
	const kind = name === "web" ? "Process" : "File";
	return {
		key: `${kind}.host.gitward.dev/${application}/${name}`,
		kind,
		name,
		namespace: application,
		health: { status: "Healthy", message: "" },
		drifted: false,
		created: true,
		logs: kind === "Process",
	};
}

export function sampleHistory(application: string, id: string): HistoryEntry {
	return {
		id,
		application,
		environment: "staging",
		revision,
		trigger: "revision",
		by: { name: "ada", via: "git" },
		commit: { author: "Ada", subject: `change ${id}`, time: since },
		started: since,
		finished: since,
		result: "Succeeded",
		message: "2 Objects changed",
		changes: [{ key: `File.host.gitward.dev/${application}/page`, action: "update" }],
		rollback: true,
	};
}

export function samplePlan(application: string): PlanView {
	return {
		application,
		environment: "staging",
		revision,
		hash: "c".repeat(64),
		changes: [
			{
				key: `File.host.gitward.dev/${application}/page`,
				action: "update",
				wave: 0,
				differences: [{ path: "/spec/content", before: "<h1>old</h1>\nsame\n", after: "<h1>new</h1>\nsame\n" }],
			},
			{ key: `File.host.gitward.dev/${application}/gone`, action: "delete", wave: 0, differences: [] },
			{
				key: `Process.host.gitward.dev/${application}/worker`,
				action: "create",
				wave: 1,
				differences: [{ path: "", after: { spec: { command: ["node", "worker.mjs"] } } }],
			},
		],
		unchanged: 3,
		warnings: ["deploy/shop/old.yaml holds no Object"],
	};
}
