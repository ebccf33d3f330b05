using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Myeloma.Fhir.Store.Writing;

/// <summary>
/// The 64 bits that stand in <c>index_token</c> for one way of finding a resource: the first 8 bytes, as a big-endian integer, of the
/// SHA-256 of parameter id, form and value. Among 10^8 different ones about 3 in 10,000 databases hold a pair that is equal.
/// </summary>
internal static class PostingHash
{
    /// <summary><c>system|code</c></summary>
    public static long SystemAndCode(int parameterId, string system, string code) => Of(parameterId, 1, system, code);

    /// <summary><c>|code</c>: the code of a value without a system.</summary>
    public static long CodeWithoutSystem(int parameterId, string code) => Of(parameterId, 2, code, "");

    /// <summary><c>code</c>: in whatever system, or none.</summary>
    public static long AnyCode(int parameterId, string code) => Of(parameterId, 3, code, "");

    /// <summary><c>system|</c>: any code of the system.</summary>
    public static long WholeSystem(int parameterId, string system) => Of(parameterId, 4, system, "");

    /// <summary>The resource has a value of the parameter, for <c>:missing</c>.</summary>
    public static long Presence(int parameterId) => Of(parameterId, 5, "", "");

    /// <summary>A string of the parameter exactly as written, for <c>:exact</c>.</summary>
    public static long Exact(int parameterId, string value) => Of(parameterId, 6, value, "");

    /// <summary><c>:of-type</c>: an identifier whose type has that coding.</summary>
    public static long TypedIdentifier(int parameterId, string typeSystem, string typeCode, string value) => Of(parameterId, 7, typeSystem, $"{typeCode}\0{value}");

    /// <summary>A text by itself: URLs in <c>index_uri</c> and <c>index_reference</c>, units in <c>index_quantity</c>.</summary>
    public static long Text(string value) => Of(0, 0, value, "");

    private static long Of(int parameterId, byte form, string first, string second)
    {
        var length = 5 + Encoding.UTF8.GetMaxByteCount(first.Length) + 1 + Encoding.UTF8.GetMaxByteCount(second.Length);
        Span<byte> input = length <= 1024 ? stackalloc byte[1024] : new byte[length];
        BinaryPrimitives.WriteInt32LittleEndian(input, parameterId);
        input[4] = form;
        var end = 5 + Encoding.UTF8.GetBytes(first, input[5..]);
        input[end++] = 0;
        end += Encoding.UTF8.GetBytes(second, input[end..]);

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(input[..end], hash);
        return BinaryPrimitives.ReadInt64BigEndian(hash);
    }
}
