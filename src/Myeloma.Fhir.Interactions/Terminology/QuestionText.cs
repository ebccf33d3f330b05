using System.Buffers;

namespace Myeloma.Fhir.Interactions.Terminology;

/// <summary>The URL of a question of terminology, taken apart into what it asks and which codes it asks about.</summary>
internal readonly ref struct QuestionText
{
    /// <summary>Characters that stand for themselves in a query and in every code.</summary>
    private static readonly SearchValues<char> Plain = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/@!$*,;()'");

    private QuestionText(ReadOnlySpan<char> key, ReadOnlySpan<char> code, ReadOnlySpan<char> other)
    {
        Key = key;
        Code = code;
        Other = other;
    }

    /// <summary>The URL without the codes, and the languages.</summary>
    public ReadOnlySpan<char> Key { get; }

    public ReadOnlySpan<char> Code { get; }

    /// <summary>The second of two codes; empty when there is one.</summary>
    public ReadOnlySpan<char> Other { get; }

    /// <param name="room">Where the key is put together.</param>
    /// <returns>False when it asks about no code, about several, about one that is written with escapes, or when the room is too small.</returns>
    public static bool TryRead(ReadOnlySpan<char> target, string? languages, Span<char> room, int maxCodeLength, out QuestionText text)
    {
        text = default;
        var length = target.IndexOf('?') + 1;
        if (length == 0 || target.Length + 1 + (languages?.Length ?? 0) > room.Length) return false;
        target[..length].CopyTo(room);
        ReadOnlySpan<char> code = default, other = default;
        for (var rest = target[length..]; rest.Length > 0;)
        {
            var end = rest.IndexOf('&');
            var pair = end < 0 ? rest : rest[..(end + 1)];
            rest = rest[pair.Length..];
            var name = pair[..(pair.IndexOf('=') + 1)];
            var kept = pair;
            if (name is "code=" or "codeA=" or "codeB=" or "sourceCode=")
            {
                var value = (end < 0 ? pair : pair[..^1])[name.Length..];
                if (value.IsEmpty || value.Length > maxCodeLength || value.ContainsAnyExcept(Plain)) return false;
                ref var place = ref code;
                if (name is "codeB=") place = ref other;
                if (!place.IsEmpty) return false;
                place = value;
                kept = name;
            }
            else if (name is "_format=" or "_pretty=")
            {
                return false;
            }

            kept.CopyTo(room[length..]);
            length += kept.Length;
            if (kept.Length < pair.Length && end >= 0) room[length++] = '&';
        }

        if (code.IsEmpty) return false;
        room[length++] = '\n';
        languages.AsSpan().CopyTo(room[length..]);
        text = new QuestionText(room[..(length + (languages?.Length ?? 0))], code, other);
        return true;
    }
}
