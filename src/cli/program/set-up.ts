import { type Command, Option } from "commander";
import type { HealthCommandOptions } from "../commands/health.ts";
import type { InstallOptions } from "../commands/install.ts";
import type { RenderCommandOptions } from "../commands/render.ts";
import type { UpOptions } from "../commands/up.ts";
import type { ServerOptions } from "../connection/find-server.ts";
import { type LogLevel, logLevels } from "../log.ts";
import { type Format, formatOption } from "../output.ts";
import { hostPort, label, listenOption, namedFolder, names, withServer } from "./options.ts";
import type { ProgramContext } from "./run.ts";

/** Commands that begin, check and connect. */
export function addSetUpCommands(program: Command, { io, finish }: ProgramContext): void {
	program
		.command("up")
		.description("run Gitward")
		.option("--control <path-or-url>", "folder or repository of the control documents")
		.option(
			"--control-credentials <folder>",
			"files that open a control repository: token; username, password; ssh-privatekey, known_hosts",
		)
		.option("--state <folder>", "where state is kept; .gitward beside the control folder where not given")
		.addOption(listenOption())
		.option("--tls-cert <file>", "certificate in PEM")
		.option("--tls-key <file>", "its key in PEM")
		.option("--plain-http", "listen without TLS on another host than loopback; only where something else encrypts, such as a mesh")
		.addOption(new Option("--probes <host:port>", "answer /healthz and /readyz here too, in clear and without a token").argParser(hostPort))
		.addOption(
			new Option("--allow-credential-plugin <command>", "let kubeconfigs start this command for credentials; may be repeated").argParser(
				(command: string, before: readonly string[] | undefined) => [...(before ?? []), command],
			),
		)
		.option("--allow-insecure-clusters", "let kubeconfigs say insecure-skip-tls-verify")
		.option("--instance <name>", "names this Gitward on its clusters; made from --control where not given")
		.option("--public-url <url>", "address by which a proxy in front is reached")
		.option("--token-file <file>", "the administrator's token; made in the state folder where not given")
		.option("--no-link", "do not print the link that logs in; for where output is kept")
		.option("--example", "run a living example: two repositories, three Environments and a service in each")
		.addOption(new Option("--log-level <level>", "least severe lines that are shown").choices(logLevels).default("info" satisfies LogLevel))
		.action(async (options: UpOptions) => finish(await (await import("../commands/up.ts")).up(io, options)));

	program
		.command("init")
		.description("write a starting control repository; overwrites nothing")
		.argument("[folder]", "where", ".")
		.action(async (folder: string) => finish(await (await import("../commands/init.ts")).init(io, folder)));

	program
		.command("validate")
		.description("check control documents, without a server; exit code 2 when something is wrong")
		.argument("[folder]", "folder of the control documents", ".")
		.addOption(formatOption())
		.action(async (folder: string, options: { output: Format }) =>
			finish(await (await import("../commands/validate.ts")).validate(io, folder, options)),
		);

	program
		.command("render")
		.description("print the Objects that a folder gives, without a server")
		.argument("[folder]", "folder of manifests; with --control, the Repository of the Application", ".")
		.option("--control <folder>", "take path, values and Environment from the Application in these control documents")
		.option("--application <name>", "name of the Application")
		.option("--environment <name>", "name of the Environment, as templates see it")
		.option("--values <file>", "values for templates, in YAML")
		.option("--namespace <name>", "namespace of Objects that name none")
		.addOption(
			new Option("--target <kind>", "what the Objects are for; where absent the Environment or the Objects tell").choices([
				"host",
				"kubernetes",
			]),
		)
		.addOption(new Option("--repository <name=folder>", "folder of another Repository that files come from").argParser(namedFolder))
		.addOption(new Option("-o, --output <format>", "yaml or json").choices(["yaml", "json"]).default("yaml"))
		.action(async (folder: string, options: RenderCommandOptions) =>
			finish(await (await import("../commands/render.ts")).render(io, folder, options)),
		);

	program
		.command("health")
		.description("say how healthy live Objects are, without a server: for those who write health rules")
		.argument("<file>", "YAML or JSON as the API gives it; - for standard input")
		.addOption(new Option("--lua <file>", "judge by this health script, as Argo CD has them").conflicts("cel"))
		.option("--cel <expression>", "judge by this CEL expression over `object`")
		.addOption(formatOption())
		.action(async (file: string, options: HealthCommandOptions) =>
			finish(await (await import("../commands/health.ts")).health(io, file, options)),
		);

	withServer(program.command("login"))
		.description("keep the token of a server, or print the link to its dashboard")
		.argument("[url]", "address of the server; the nearest where not given")
		.option("--link", "print the link that logs the dashboard in; keep it to yourself")
		.action(async (url: string | undefined, options: ServerOptions & { link?: boolean }) =>
			finish(await (await import("../commands/login.ts")).login(io, url, options)),
		);

	withServer(program.command("doctor"))
		.description("find what is missing on this machine and say how to mend it")
		.option("--state <folder>", "state folder to look at")
		.addOption(listenOption())
		.addOption(formatOption())
		.action(async (options: ServerOptions & { output: Format; state?: string; listen: { host: string; port: number } }) =>
			finish(await (await import("../commands/doctor.ts")).doctor(io, options)),
		);

	program
		.command("install")
		.description("print the objects that run Gitward in a Kubernetes cluster; the chart in deploy/chart makes the same")
		.option("--print", "print them; nothing else is done")
		.addOption(new Option("--namespace <name>", "where Gitward runs").argParser(label).default("gitward"))
		.addOption(new Option("--name <name>", "what its objects are called; a chart's release name").argParser(label).default("gitward"))
		.option("--create-namespace", "print the namespace, too, with pod security `restricted` enforced")
		.option("--control <url>", "repository of the control documents, URL#ref:path (default: hosted:control, which is pushed to Gitward)")
		.option("--control-credentials <secret>", "name of the Secret that opens it")
		.addOption(new Option("--namespaces <names>", "namespaces that it may change, with commas; they exist already").argParser(names))
		.option("--cluster-wide", "let it change all namespaces")
		.option("--image <image>", "image that was built from deploy/Containerfile")
		.option("--tls-secret <secret>", "name of the TLS Secret with which it listens for others than its own Pod")
		.option("--values <file>", "further settings, as for the chart; options go before them")
		.addOption(new Option("-o, --output <format>", "yaml or json").choices(["yaml", "json"]).default("yaml"))
		.action(async (options: InstallOptions) => finish(await (await import("../commands/install.ts")).install(io, options)));

	program
		.command("schema")
		.description("print the JSON Schema of a kind of document or Object, or of all")
		.argument("[kind]")
		.action(async (kind: string | undefined) => finish((await import("../commands/schema.ts")).printSchema(io, kind)));

	program
		.command("credential")
		.description("git credential helper: git config credential.<url>.helper '!gitward credential'")
		.argument("<action>", "get, store or erase, as git calls it")
		.action(async (action: string) => finish(await (await import("../commands/credential.ts")).credential(io, action)));
}
