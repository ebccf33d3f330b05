using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Myeloma.Fhir.Store.Writing;

/// <summary>
/// The 64 bits that stand in <c>index_token</c> for one way of finding a resource: those of the value, exclusive-or those of the parameter. Of the value they are the first
/// 8 bytes, as a big-endian integer, of the SHA-256 of form and text. Among 10^8 different ones about 3 in 10,000 databases hold a pair that is equal.
/// </summary>
/// <remarks>The two are kept apart so that a set of codes is stored once, and joined with the postings of any parameter: <c>index_token.hash = member.hash # key</c>.</remarks>
internal static class PostingHash
{
    /// <summary>The same for all parameters.</summary>
    private static readonly long Present = Of(5, "", "");

    /// <summary><c>system|code</c></summary>
    public static long SystemAndCode(int parameterId, string system, string code) => Key(parameterId) ^ MemberOf(system, code);

    /// <summary><c>|code</c>: the code of a value without a system.</summary>
    public static long CodeWithoutSystem(int parameterId, string code) => Key(parameterId) ^ Of(2, code, "");

    /// <summary><c>code</c>: in whatever system, or none.</summary>
    public static long AnyCode(int parameterId, string code) => Key(parameterId) ^ Of(3, code, "");

    /// <summary><c>system|</c>: any code of the system.</summary>
    public static long WholeSystem(int parameterId, string system) => Key(parameterId) ^ MemberOf(system);

    /// <summary>The resource has a value of the parameter, for <c>:missing</c>.</summary>
    public static long Presence(int parameterId) => Key(parameterId) ^ Present;

    /// <summary>A string of the parameter exactly as written, for <c>:exact</c>.</summary>
    public static long Exact(int parameterId, string value) => Key(parameterId) ^ Of(6, value, "");

    /// <summary><c>:of-type</c>: an identifier whose type has that coding.</summary>
    public static long TypedIdentifier(int parameterId, string typeSystem, string typeCode, string value) => Key(parameterId) ^ Of(7, typeSystem, $"{typeCode}\0{value}");

    /// <summary>A text by itself: URLs in <c>index_uri</c> and <c>index_reference</c>, units in <c>index_quantity</c>.</summary>
    public static long Text(string value) => Of(0, value, "");

    /// <summary>A code of a system as a member of a set: its posting but for the parameter.</summary>
    public static long MemberOf(string system, string code) => Of(1, system, code);

    /// <summary>All codes of a system, whatever they are, as one member of a set.</summary>
    public static long MemberOf(string system) => Of(4, system, "");

    /// <summary>What a parameter adds to its postings, another for each: its id, scattered over 64 bits by the finalizer of SplitMix64, which takes no two numbers to one.</summary>
    public static long Key(int parameterId)
    {
        var bits = (ulong)parameterId * 0x9E3779B97F4A7C15;
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
        return (long)(bits ^ (bits >> 31));
    }

    private static long Of(byte form, string first, string second)
    {
        var length = 5 + Encoding.UTF8.GetMaxByteCount(first.Length) + 1 + Encoding.UTF8.GetMaxByteCount(second.Length);
        Span<byte> input = length <= 1024 ? stackalloc byte[1024] : new byte[length];

        // Four bytes of zero come first in the hashes of urls that databases hold; the others follow them.
        input[..4].Clear();
        input[4] = form;
        var end = 5 + Encoding.UTF8.GetBytes(first, input[5..]);
        input[end++] = 0;
        end += Encoding.UTF8.GetBytes(second, input[end..]);

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(input[..end], hash);
        return BinaryPrimitives.ReadInt64BigEndian(hash);
    }
}
