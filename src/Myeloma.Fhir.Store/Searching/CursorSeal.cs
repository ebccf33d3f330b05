using System.Buffers.Text;
using System.Security.Cryptography;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Store.Searching;

/// <summary>Signs what paging links carry, so that only what a server of this database made is taken back.</summary>
/// <remarks>HMAC-SHA-256, cut to 128 bits. Nothing is kept between pages: any server with the key can go on.</remarks>
internal sealed class CursorSeal(byte[] key)
{
    public const int KeyBytes = 32;
    private const int TagBytes = 16;

    /// <returns>Payload and tag in base64url.</returns>
    public string Seal(ReadOnlySpan<byte> payload)
    {
        Span<byte> tag = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, payload, tag);
        return Base64Url.EncodeToString([.. payload, .. tag[..TagBytes]]);
    }

    /// <exception cref="FhirException"><c>invalid</c>: not sealed with this key.</exception>
    public byte[] Open(string text)
    {
        if (Base64Url.IsValid(text) && Base64Url.DecodeFromChars(text) is { Length: > TagBytes } bytes)
        {
            Span<byte> tag = stackalloc byte[HMACSHA256.HashSizeInBytes];
            HMACSHA256.HashData(key, bytes.AsSpan(..^TagBytes), tag);
            if (CryptographicOperations.FixedTimeEquals(tag[..TagBytes], bytes.AsSpan(^TagBytes..))) return bytes[..^TagBytes];
        }

        throw new FhirException(Issue.Invalid("The page link is damaged: its cursor was not made by this server. Start again from the first page."));
    }
}
