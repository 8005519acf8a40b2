import type { ApplicationDetail, ApplicationSummary, HistoryEntry, ObjectView } from "../../src/core/views/application.ts";
import type { Page, PlanView } from "../../src/core/views/common.ts";
import type { ControlView } from "../../src/core/views/control.ts";
import type { EnvironmentView } from "../../src/core/views/environment.ts";
import type { GitwardEvent } from "../../src/core/views/event.ts";
import { FakeOperations } from "../api/fake-operations.ts";
import { sampleApplication, sampleEnvironment } from "../api/samples.ts";

const commits = ["9f2c41d", "3b7e0aa", "c81d5f4", "0e6ab92"].map((start) => start.padEnd(40, "5e1b7"));
/** Revision of the n-th newest commit. */
export function revisionAt(index: number): string {
	return `main@sha1:${commits[index] ?? ""}`;
}

/** A time so many minutes ago. */
export function minutesAgo(minutes: number): string {
	return new Date(Date.now() - minutes * 60_000).toISOString();
}

const names = ["cart", "catalog", "mail", "payments", "shop"] as const;
const places = ["dev", "staging", "production"] as const;

/** One Application of the world, converged unless said otherwise. */
export function applicationOf(name: string, environment: string, more: Partial<ApplicationSummary> = {}): ApplicationSummary {
	return sampleApplication(`${name}-${environment}`, {
		environment,
		repository: "env-config",
		path: `${environment}/${name}`,
		desiredRevision: revisionAt(environment === "dev" ? 0 : 1),
		appliedRevision: revisionAt(environment === "dev" ? 0 : 1),
		objects: 6,
		lastSync: minutesAgo(environment === "dev" ? 4 : 190),
		conditions: [{ type: "Ready", status: "True", reason: "Converged", message: "", since: minutesAgo(200) }],
		...more,
	});
}

/** Ready is False since so many minutes. */
export function notReady(reason: string, message: string, minutes: number): ApplicationSummary["conditions"] {
	return [{ type: "Ready", status: "False", reason, message, since: minutesAgo(minutes) }];
}

const subjects = ["shop: show prices with tax", "cart: keep it over a login", "mail: new sender", "platform: rotate the certificate"];

/** A fleet of fifteen Applications in three Environments, which tests put into the states that they show. */
export class DashboardWorld extends FakeOperations {
	controlCondition: ControlView["conditions"][number] = {
		type: "Ready",
		status: "True",
		reason: "Accepted",
		message: "",
		since: minutesAgo(300),
	};
	/** How many listings and single Applications were asked for. */
	readonly reads = { listings: 0, single: 0 };
	inventories = new Map<string, readonly ObjectView[]>();

	constructor(applications: readonly ApplicationSummary[] = places.flatMap((place) => names.map((name) => applicationOf(name, place)))) {
		super();
		this.list.splice(0, this.list.length, ...applications.toSorted((a, b) => (a.name < b.name ? -1 : 1)));
		for (const each of this.list) this.plans.set(each.name, this.#noChanges(each));
		this.lines = Array.from({ length: 40 }, (_, index) => ({
			time: minutesAgo(40 - index),
			stream: index % 17 === 9 ? "stderr" : "stdout",
			text: index % 17 === 9 ? "slow answer from payments: 812 ms" : `GET /products/${index * 7} 200 ${(index % 5) + 2} ms`,
			object: `Process.host.gitward.dev/shop/web`,
		}));
	}

	/** Changes an Application and commits the event that tells it. */
	change(name: string, patch: Partial<ApplicationSummary>, event: Partial<GitwardEvent> & { readonly message: string }): void {
		const index = this.list.findIndex((each) => each.name === name);
		const before = this.list[index];
		if (before === undefined) throw new Error(`no application ${name}`);
		this.list[index] = { ...before, ...patch };
		this.tell(event.message, { application: name, environment: before.environment, ...event });
	}

	/** Commits an event of now. */
	tell(message: string, more: Partial<GitwardEvent> = {}): void {
		this.emit(message, { time: new Date().toISOString(), ...more });
	}

	override control(): ControlView {
		return { source: "https://git.example.com/acme/control.git#main:", revision: revisionAt(3), conditions: [this.controlCondition] };
	}

	override environments(): readonly EnvironmentView[] {
		return places
			.filter((place) => this.list.some(({ environment }) => environment === place) || this.list.length === 0)
			.map((place, index) => {
				const own = this.list.filter(({ environment }) => environment === place);
				const worst = own.find(({ health }) => health.status === "Degraded") ?? own.find(({ health }) => health.status !== "Healthy");
				const view = sampleEnvironment(place, index === 0 ? [] : [places[index - 1] ?? ""]);
				return {
					...view,
					health: worst?.health ?? view.health,
					applications: own.length,
					outOfSync: own.filter(({ sync }) => sync === "OutOfSync").length,
					policy: { ...view.policy, sync: place === "production" ? "manual" : "automatic" },
				};
			});
	}

	override applications(): readonly ApplicationSummary[] {
		this.reads.listings++;
		return this.list;
	}

	override application(name: string): Promise<ApplicationDetail> {
		this.reads.single++;
		return super.application(name);
	}

	override async objects(name: string): Promise<readonly ObjectView[]> {
		const { namespace, items } = { namespace: name.split("-")[0] ?? name, items: this.inventories.get(name) };
		if (items !== undefined) return items;
		return [
			["Directory", "public"],
			["File", "app.json"],
			["File", "prices.json"],
			["File", "server.mjs"],
			["Archive", "assets"],
			["Process", "web"],
		].map(([kind = "", object = ""]) => ({
			key: `${kind}.host.gitward.dev/${namespace}/${object}`,
			kind,
			name: object,
			namespace: name,
			health: { status: "Healthy" as const, message: "" },
			drifted: false,
			created: object !== "public",
			logs: kind === "Process",
		}));
	}

	override async history(name: string): Promise<Page<HistoryEntry>> {
		const { environment } = await super.application(name);
		const entry = (index: number, more: Partial<HistoryEntry> = {}): HistoryEntry => ({
			id: String(4 - index),
			application: name,
			environment,
			revision: revisionAt(index),
			trigger: "revision",
			by: { name: "Ada Byron", via: "git" },
			commit: { author: "Ada Byron", subject: subjects[index] ?? "", time: minutesAgo(5 + index * 300) },
			started: minutesAgo(4 + index * 300),
			finished: new Date(Date.parse(minutesAgo(4 + index * 300)) + 840 + index * 200).toISOString(),
			result: "Succeeded",
			message: "2 Objects changed",
			changes: [
				{ key: `File.host.gitward.dev/${name}/app.json`, action: "update" },
				{ key: `Process.host.gitward.dev/${name}/web`, action: "update" },
			],
			rollback: true,
			...more,
		});
		return {
			items: [
				entry(0),
				entry(1, { by: { name: "gitward", via: "automation" }, trigger: "drift" }),
				entry(2, {
					result: "Failed",
					rollback: false,
					message: "web did not become healthy within 5 min: GET http://127.0.0.1:4310/health answered 500",
				}),
				entry(3, { by: { name: "admin", via: "cli" }, trigger: "manual" }),
			],
		};
	}

	#noChanges(application: ApplicationSummary): PlanView {
		const { name, environment, objects } = application;
		return {
			application: name,
			environment,
			revision: application.desiredRevision ?? "",
			hash: "0".repeat(64),
			changes: [],
			unchanged: objects,
			warnings: [],
		};
	}
}

const before = `{
  "currency": "EUR",
  "tax": "excluded",
  "rounding": "half-even",
  "products": {
    "pageSize": 24,
    "sort": "name",
    "images": true
  },
  "checkout": {
    "guest": true,
    "methods": ["card", "invoice"]
  },
  "features": ["search", "wishlist"]
}
`;

/** A newer Revision that waits to be applied. */
export function outOfSync(world: DashboardWorld, name: string, more: Partial<PlanView> = {}): void {
	const at = world.list.findIndex((each) => each.name === name);
	const application = world.list[at];
	if (application === undefined) throw new Error(`no application ${name}`);
	world.list[at] = {
		...application,
		sync: "OutOfSync",
		desiredRevision: revisionAt(0),
		appliedRevision: revisionAt(1),
		holds: [{ reason: "ManualSync", message: `${revisionAt(0)} waits for a person: this Environment syncs on request only` }],
		conditions: notReady("ManualSync", "waits for a person", 4),
	};
	const namespace = name;
	world.plans.set(name, {
		application: name,
		environment: application.environment,
		revision: revisionAt(0),
		hash: "a".repeat(64),
		unchanged: 3,
		warnings: [],
		changes: [
			{
				key: `File.host.gitward.dev/${namespace}/app.json`,
				action: "update",
				wave: 0,
				differences: [
					{
						path: "/spec/content",
						before,
						after: before.replace('"excluded"', '"included"').replace('"wishlist"]', '"wishlist", "reviews"]').replace("24", "48"),
					},
				],
			},
			{ key: `File.host.gitward.dev/${namespace}/old-prices.json`, action: "delete", wave: 0, differences: [] },
			{
				key: `Process.host.gitward.dev/${namespace}/web`,
				action: "update",
				wave: 1,
				differences: [
					{ path: "/spec/env/PAYMENT_KEY", before: "***", after: "***" },
					{ path: "/spec/env/WORKERS", before: "2", after: "4" },
					{ path: "/spec/health/http/path", after: "/health" },
				],
			},
			{
				key: `File.host.gitward.dev/${namespace}/reviews.sql`,
				action: "create",
				wave: 0,
				differences: [
					{ path: "/spec/content", after: "create table reviews (\n  id integer primary key,\n  stars integer not null\n);\n" },
				],
			},
		],
		...more,
	});
}

/** A commit that removed nearly everything, which the deletion guard holds. */
export function deletionHeld(world: DashboardWorld, name: string): void {
	outOfSync(world, name, {
		hash: "d".repeat(64),
		guard: "5 of 6 Objects (83 %) would be deleted, more than the 30 % that the policy of production allows",
		unchanged: 1,
		changes: ["app.json", "prices.json", "server.mjs", "banner.txt", "robots.txt"].map((file) => ({
			key: `File.host.gitward.dev/${name}/${file}`,
			action: "delete",
			wave: 0,
			differences: [],
		})),
	});
	const at = world.list.findIndex((each) => each.name === name);
	const application = world.list[at];
	if (application === undefined) return;
	const message = "5 of 6 Objects (83 %) would be deleted, more than 30 %: waits for a person";
	world.list[at] = {
		...application,
		holds: [{ reason: "DeletionGuard", message, confirm: "d".repeat(64) }],
		conditions: [
			...notReady("DeletionGuard", message, 12),
			{ type: "Stalled", status: "True", reason: "DeletionGuard", message, since: minutesAgo(12) },
		],
	};
}

/** A process that does not stay up. */
export function degraded(world: DashboardWorld, name: string): void {
	const at = world.list.findIndex((each) => each.name === name);
	const application = world.list[at];
	if (application === undefined) throw new Error(`no application ${name}`);
	const message = "web exits at once with code 1, last: Error: connect ECONNREFUSED 127.0.0.1:5432";
	world.list[at] = { ...application, health: { status: "Degraded", message }, conditions: notReady("HealthDegraded", message, 37) };
	world.inventories.set(name, [
		{
			key: `File.host.gitward.dev/${name}/app.json`,
			kind: "File",
			name: "app.json",
			namespace: name,
			health: { status: "Healthy", message: "" },
			drifted: true,
			created: true,
			logs: false,
		},
		{
			key: `Process.host.gitward.dev/${name}/web`,
			kind: "Process",
			name: "web",
			namespace: name,
			health: { status: "Degraded", message },
			drifted: false,
			created: true,
			logs: true,
		},
	]);
}
