import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../core/app-error.ts";
import type { RepositoryDocument } from "../../core/documents/repository.ts";
import type { Exec } from "../../lib/exec/exec.ts";
import { ExecError } from "../../lib/exec/exec-error.ts";
import type { CommitInfo, SignalOption } from "../../ports/repository.ts";
import type { Git } from "./git-command.ts";

/** What is known of a commit's signature. */
export type Signature = Pick<CommitInfo, "signature" | "signer">;

/** Checks commits against the keys of a Repository's policy, and nothing else on the machine. */
export interface Signatures {
	check(commit: string, options?: SignalOption): Promise<Signature>;
}

export interface SignaturesOptions {
	readonly verify: NonNullable<RepositoryDocument["spec"]["verify"]>;
	/** The bare repository. */
	readonly repository: string;
	/** Where the keys are put in the form that git wants; ours alone. */
	readonly folder: string;
	readonly git: Git;
	readonly exec: Exec;
}

/** Letters of `%G?`, see PRETTY FORMATS in git-log(1). */
const letters: Readonly<Record<string, CommitInfo["signature"]>> = {
	G: "good",
	U: "unknown-key",
	E: "unknown-key",
	B: "bad",
	X: "bad",
	Y: "bad",
	R: "bad",
	N: "none",
};

export function createSignatures({ verify, repository, folder, git, exec }: SignaturesOptions): Signatures {
	let prepared: Promise<readonly (readonly [string, string])[]> | undefined;

	/** Settings under which git accepts the policy's kind of signature by the policy's keys only. */
	async function prepare(): Promise<readonly (readonly [string, string])[]> {
		await mkdir(folder, { recursive: true, mode: 0o700 });
		if (verify.mode === "ssh") {
			const file = join(folder, "allowed_signers");
			await writeFile(`${file}.new`, verify.keys.map((key) => `${signerLine(key)}\n`).join(""), { mode: 0o600 });
			await rename(`${file}.new`, file);
			return [
				["gpg.ssh.allowedSignersFile", file],
				["gpg.program", "false"],
				["gpg.x509.program", "false"],
			];
		}
		const home = join(folder, "gnupg");
		await rm(home, { recursive: true, force: true });
		await mkdir(home, { mode: 0o700 });
		// Whoever wrote the document trusts the keys in it: there is no web of trust here.
		await writeFile(join(home, "gpg.conf"), "trust-model always\nno-auto-key-retrieve\nno-auto-key-locate\n", { mode: 0o600 });
		for (const key of verify.keys) {
			try {
				await exec.run("gpg", ["--batch", "--no-tty", "--homedir", home, "--import"], {
					input: key,
					env: { GNUPGHOME: home },
					title: "gpg --import",
				});
			} catch (error) {
				if (!(error instanceof ExecError) || error.facts.cause !== "failed") throw error;
				throw new AppError(`A key of spec.verify.keys is no public key that gpg can read: ${error.message}`, {
					code: "VerifyKeyInvalid",
					kind: "invalid",
					hint: "Give the output of gpg --armor --export <key>.",
					cause: error,
				});
			}
		}
		return [
			["gpg.ssh.program", "false"],
			["gpg.x509.program", "false"],
		];
	}

	return {
		async check(commit, { signal } = {}) {
			prepared ??= prepare();
			const settings = await prepared.catch((error: unknown) => {
				prepared = undefined;
				throw error;
			});
			const env = { GNUPGHOME: join(folder, "gnupg") };
			const args = ["log", "-1", "--no-show-signature", "--format=%G?%x00%GS%x00%GF%x00%GK", "--end-of-options", commit];
			const { stdout } = await git.run(repository, args, { signal, settings, env, timeoutMs: 30_000 });
			const [letter = "", name = "", fingerprint = "", key = ""] = stdout.toString("utf8").trimEnd().split("\0");
			const signer = name || fingerprint || key;
			return { signature: letters[letter] ?? "bad", ...(signer === "" ? {} : { signer: signer.slice(0, 200) }) };
		},
	};
}

/** A line of allowed_signers (ssh-keygen(1)); a bare public key is good for anybody who holds it, and only to sign what git signs. */
function signerLine(key: string): string {
	const line = key.trim();
	if (/[\r\n\0]/u.test(line)) {
		throw new AppError("A key of spec.verify.keys has several lines", {
			code: "VerifyKeyInvalid",
			kind: "invalid",
			hint: "Give one line as in allowed_signers for each key.",
		});
	}
	const [type = "", data = "", comment = ""] = line.split(/\s+/u);
	if (!/^(?:ssh|ecdsa|sk)-[a-z0-9@.-]+$/u.test(type)) return line;
	return `${/^[\w.@+-]+$/u.test(comment) ? comment : "*"} namespaces="git" ${type} ${data}`;
}

/** Why a commit is refused, for the error. */
export function refusal(commit: string, repository: string, mode: string, { signature, signer }: Signature): AppError {
	const by = signer === undefined ? "" : ` by ${signer}`;
	const reasons: Readonly<Record<CommitInfo["signature"], string>> = {
		good: "",
		none: "carries no signature",
		bad: `carries a signature${by} that is not good`,
		"unknown-key": `is signed${by} with a key that is not accepted`,
		"not-checked": "was not checked",
	};
	return new AppError(`Repository ${repository}: commit ${commit.slice(0, 12)} ${reasons[signature]}`, {
		code: "SignatureRequired",
		kind: "denied",
		hint: `Sign it (${mode}) with a key of spec.verify.keys, or add the signer's key there.`,
	});
}
