/**
 * Loopback, private and link-local addresses (RFC 1918, 3927, 4193): where a charge point without a password is let in
 * until an operator sets one (design.md 6a). `address` is what the socket says, possibly an IPv4 address inside IPv6.
 */
export function isPrivateAddress(address: string): boolean {
  const text = address.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '')
  if (text.includes(':')) return text === '::1' || /^f[cd]/.test(text) || /^fe[89ab]/.test(text)
  const parts = text.split('.').map(Number)
  if (parts.length !== 4 || parts.some(part => !Number.isInteger(part) || part < 0 || part > 255)) return false
  const [a, b] = parts as [number, number, number, number]
  return (
    a === 127 || a === 10 || (a === 172 && b >= 16 && b <= 31) || (a === 192 && b === 168) || (a === 169 && b === 254)
  )
}
