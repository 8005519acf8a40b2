import { z } from "zod";

/** A credential plug-in, https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins */
export const execSchema = z.looseObject({
	apiVersion: z.literal("client.authentication.k8s.io/v1"),
	command: z.string().min(1),
	args: z.array(z.string()).nullish(),
	env: z.array(z.looseObject({ name: z.string().min(1), value: z.string() })).nullish(),
	provideClusterInfo: z.boolean().optional(),
	interactiveMode: z.enum(["Never", "IfAvailable", "Always"]).optional(),
});

/** Who a kubeconfig says one is. */
export const userSchema = z.looseObject({
	token: z.string().optional(),
	tokenFile: z.string().optional(),
	username: z.string().optional(),
	password: z.string().optional(),
	"client-certificate": z.string().optional(),
	"client-certificate-data": z.string().optional(),
	"client-key": z.string().optional(),
	"client-key-data": z.string().optional(),
	as: z.string().min(1).optional(),
	"as-groups": z.array(z.string()).nullish(),
	exec: execSchema.optional(),
	"auth-provider": z
		.undefined("auth-provider is gone from Kubernetes: an exec plug-in, a token or a client certificate is expected")
		.optional(),
});

export type KubeconfigExec = z.infer<typeof execSchema>;
export type KubeconfigUser = z.infer<typeof userSchema>;
