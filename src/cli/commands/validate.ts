import { join, resolve } from "node:path";
import { checkControlFiles } from "../../core/documents/check.ts";
import { formatProblem, type Problem } from "../../core/documents/problem.ts";
import { readControlFiles } from "../control-files.ts";
import { exitCode } from "../exit-codes.ts";
import type { Io } from "../io.ts";
import { type Format, formatData } from "../output.ts";
import { clean } from "../text/paint.ts";
import { count } from "../text/words.ts";

/** Checks control documents without a server: every problem of all files with its place. Exit code 2 when there are any. */
export async function validate(io: Io, folder: string, options: { readonly output: Format }): Promise<number> {
	const files = await readControlFiles(resolve(io.cwd, folder), io.signal);
	const { set, problems } = checkControlFiles(files.map(({ path, text }) => ({ path: join(folder, path), text })));
	const code = problems.length > 0 ? exitCode.invalid : exitCode.ok;
	if (options.output !== "table") {
		io.out(formatData({ valid: problems.length === 0, problems }, options.output));
		return code;
	}
	if (set !== undefined) {
		const { repositories, environments, applications, projects } = set;
		const parts = [
			count(repositories.size, "Repository", "Repositories"),
			count(environments.size, "Environment"),
			count(applications.size, "Application"),
			...(projects.size === 0 ? [] : [count(projects.size, "Project")]),
		];
		io.out(`${io.paint.green("✓")} ${folder} is valid: ${parts.join(", ")} in ${count(files.length, "file")}\n`);
		return code;
	}
	const { paint } = io;
	const style = { error: paint.red, quiet: paint.dim, strong: paint.bold };
	for (const problem of problems) io.out(`${formatProblem(printable(problem), (text, role) => style[role](clean(text)))}\n\n`);
	io.err(`${io.errPaint.red(count(problems.length, "problem"))} in ${folder}\n`);
	return code;
}

/** The quoted line must not steer the terminal either. */
function printable(problem: Problem): Problem {
	const { quote } = problem.place;
	return quote === undefined ? problem : { ...problem, place: { ...problem.place, quote: clean(quote) } };
}
