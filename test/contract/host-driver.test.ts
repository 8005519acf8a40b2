import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { createHostFixture, object } from "../../src/drivers/host/fixture.ts";
import { describeDriver } from "./driver.ts";

describeDriver("host", () => {
	const host = createHostFixture();
	const path = (name: string): string => host.at("contract", name);
	const file = (name: string, content: string, mode = "0644") => object("File", name, { content, mode }, { namespace: "contract" });
	const folder = (mode: string) => object("Directory", "folder", { mode }, { namespace: "contract" });
	return {
		open: () => host.reopen(),
		events: host.events,
		objects: [folder("0750"), file("a.txt", "one\n"), file("deep/er/b.txt", "two\n", "0600"), file("c.bin", "\0\u0001", "0755")],
		changed: [folder("0700"), file("a.txt", "one!\n"), file("deep/er/b.txt", "two\n", "0644"), file("c.bin", "\0\u0002", "0755")],
		silent: file("a.txt", "one\n"),
		async tamper({ kind, metadata }) {
			if (kind === "Directory") chmodSync(path(metadata.name), 0o777);
			else writeFileSync(path(metadata.name), "by hand");
		},
		async destroy({ metadata }) {
			rmSync(path(metadata.name), { recursive: true });
		},
		async makeForeign({ kind, metadata }) {
			mkdirSync(dirname(path(metadata.name)), { recursive: true });
			if (kind === "Directory") mkdirSync(path(metadata.name), { mode: 0o711 });
			else writeFileSync(path(metadata.name), "theirs");
		},
		until: (condition, what) => host.until(condition, what),
		close: () => host.close(),
	};
});
