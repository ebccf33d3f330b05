using System.Globalization;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Interactions.Requests;

/// <summary>Version ids as entity tags. https://hl7.org/fhir/R4/http.html#concurrency</summary>
public static class EntityTag
{
    /// <returns><c>W/"3"</c>.</returns>
    public static string Of(int versionId) => string.Create(CultureInfo.InvariantCulture, $"W/\"{versionId}\"");

    /// <summary>The version of an If-Match: <c>W/"3"</c>, and <c>"3"</c> or <c>3</c> as some clients write it.</summary>
    /// <param name="expression">Where it stood in a bundle; null for a header.</param>
    /// <exception cref="FhirException"><c>invalid</c>: not one entity tag. <c>conflict</c> (412): a tag this server never gave out.</exception>
    public static int ParseIfMatch(string text, string? expression = null)
    {
        var tag = text.AsSpan().Trim();
        if (tag.StartsWith("W/", StringComparison.Ordinal)) tag = tag[2..];
        if (tag.Length >= 2 && tag[0] == '"' && tag[^1] == '"') tag = tag[1..^1];
        if (tag.Length == 0 || tag.IndexOfAny('"', ',', '*') >= 0)
            throw new FhirException(Issue.Invalid($"If-Match is one entity tag like W/\"3\", not '{text}'.", expression));
        if (int.TryParse(tag, NumberStyles.None, CultureInfo.InvariantCulture, out var version)) return version;
        throw new FhirException(Issue.Conflict($"No version here has the entity tag '{text}'.", expression) with
        {
            MessageId = OutcomeStatus.PreconditionFailed,
        });
    }

    /// <summary>Reads the If-None-Match of an update.</summary>
    /// <param name="text">Null when there is none.</param>
    /// <param name="hasIfMatch">Whether there is an If-Match, too.</param>
    /// <param name="expression">Where it stood in a bundle; null for a header.</param>
    /// <returns>Whether the resource must not exist yet.</returns>
    /// <exception cref="FhirException"><c>invalid</c>: anything but <c>*</c>, or together with If-Match, which asks for the contrary.</exception>
    public static bool IsOnlyIfAbsent(string? text, bool hasIfMatch, string? expression = null)
    {
        if (text is null) return false;
        if (text.Trim() != "*") throw new FhirException(Issue.Invalid($"If-None-Match of an update is * (nothing may be there yet), not '{text}'; a version is guarded by If-Match.", expression));
        return !hasIfMatch ? true : throw new FhirException(Issue.Invalid("If-Match asks for a version and If-None-Match for none; an update can't have both.", expression));
    }

    /// <summary>Whether a list of entity tags, as in If-None-Match, names that version or any (<c>*</c>).</summary>
    public static bool Matches(ReadOnlySpan<char> list, int versionId)
    {
        foreach (var range in list.Split(','))
        {
            var tag = list[range].Trim();
            if (tag is "*") return true;
            if (tag.StartsWith("W/", StringComparison.Ordinal)) tag = tag[2..];
            if (tag.Length >= 2 && tag[0] == '"' && tag[^1] == '"'
                && int.TryParse(tag[1..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var version) && version == versionId)
                return true;
        }

        return false;
    }
}
