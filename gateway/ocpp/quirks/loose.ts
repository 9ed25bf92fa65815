/**
 * A message after repair: any member may be missing, an enumeration may hold a word outside its list. What the strict
 * schema accepts is assignable to it, so that an action maps both with the same code.
 */
export type Loose<T> = T extends string
  ? string
  : T extends number
    ? number
    : T extends readonly (infer Item)[]
      ? Loose<Item>[]
      : T extends object
        ? { [Key in keyof T]?: Loose<T[Key]> | undefined }
        : T
