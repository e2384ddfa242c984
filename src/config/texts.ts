/** A pattern of some texts of the config, and what is said of one that does not fit. */
export interface TextForm {
  pattern: RegExp;
  message: string;
}

/** What goes after a tag. */
export const suffixForm: TextForm = {
  pattern: /^[A-Za-z0-9_.-]{0,40}$/,
  message: "must be at most 40 letters, digits, _ . or -",
};

/** What goes before a tag. */
export const prefixForm: TextForm = {
  pattern: /^(?:[A-Za-z0-9_][A-Za-z0-9_.-]{0,39})?$/,
  message: "must be at most 40 letters, digits, _ . or -, and start with neither . nor -",
};

/** What an image is built for. */
export const platformForm: TextForm = {
  pattern: /^[a-z0-9]+\/[a-z0-9_]+(?:\/[a-z0-9]+)?$/,
  message: "must be os/arch[/variant]",
};

/** A file or a folder. */
export const pathForm: TextForm = { pattern: /^[^\0]+$/, message: "must be a path" };

/** The pattern as the schema has it: what a template comes to is checked when it is filled in. */
export function orTemplate({ pattern }: TextForm): RegExp {
  return new RegExp(`${pattern.source}|\\{\\{`);
}

/** Whether a text is what it will be in every build: it has no template in it. */
export function isWritten(text: string): boolean {
  return !text.includes("{{");
}
