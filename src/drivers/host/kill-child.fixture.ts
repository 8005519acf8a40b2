// Applies changes to a host target without end, until it is killed: run by kill.test.ts.
import { createHostFixtureAt } from "./fixture.ts";
import { killObjects } from "./kill-objects.fixture.ts";

const [base = "", mark = "", ports = "0,0", from = "0"] = process.argv.slice(2);
const [port = 0, alternate = 0] = ports.split(",").map(Number);
const host = createHostFixtureAt(base);
const keepAlive = setInterval(() => {}, 1000);
await host.open();
// As after a kill: only claims are known, no record.
host.setOwned(
	Array.from({ length: 10 }, (_, round) => killObjects({ round, mark, port, alternate })).flatMap((objects) =>
		objects.map((each) => host.claim(each)),
	),
);
for (let round = Number(from); ; round += 1) {
	await host.sync(killObjects({ round, mark, port, alternate }));
	process.stdout.write(`${round}\n`);
	// Now and then what was started may get healthy, so that switches happen too.
	if (round % 3 === 0) {
		const until = Date.now() + 400;
		await host.until(async () => Date.now() > until || (await host.health("web")).status === "Healthy");
	}
	if (host.base === "") clearInterval(keepAlive);
}
