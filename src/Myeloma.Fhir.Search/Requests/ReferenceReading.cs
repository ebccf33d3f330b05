using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Search.Index;

namespace Myeloma.Fhir.Search.Requests;

/// <summary><c>Type/id</c>, <c>id</c>, an absolute url, a canonical with or without version. https://hl7.org/fhir/R4/search.html#reference</summary>
internal static class ReferenceReading
{
    private const string Expected = "expected Type/id, an id, an absolute url or a canonical url|version.";

    /// <param name="targetType">Of the modifier <c>:[type]</c>; null when there is none.</param>
    /// <param name="below">The modifier <c>:below</c>.</param>
    /// <returns>One value, or two when an url of this server may be a reference or a canonical; null when malformed, which is noted.</returns>
    public static IReadOnlyList<ReferenceValue>? Read(string value, string? targetType, bool below, ValueReading reading)
    {
        var parts = EscapedText.Split(value, '|');
        var text = EscapedText.Unescape(parts[0]);
        var version = parts.Count == 2 && parts[1].Length > 0 ? EscapedText.Unescape(parts[1]) : null;
        if (parts.Count > 2 || (parts.Count == 2 && version is null) || text.Length == 0)
        {
            reading.Refuse(value, Expected);
            return null;
        }

        var target = ReferenceText.Parse(text, reading.Options.BaseUrl, reading.Registry.Schema);
        if (target.IsUrl) return [new ReferenceValue.Url(target.Url!, version, below)];
        if (version is not null || below || !CanBe(target, targetType, reading))
        {
            reading.Refuse(value, version is not null || below ? "a version belongs to an absolute canonical url." : targetType is null ? Expected : $"expected an id, or {targetType}/id.");
            return null;
        }

        ReferenceValue local = (target.Type ?? targetType ?? OnlyTarget(reading)) is { } type
            ? new ReferenceValue.Local(type, target.Id!, target.Version)
            : new ReferenceValue.AnyType(target.Id!);
        return target.Url is { } url && reading.Parameter.HasCanonicals ? [local, new ReferenceValue.Url(url, null)] : [local];
    }

    private static bool CanBe(ReferenceText target, string? targetType, ValueReading reading) =>
        target.Id is not null && (targetType is null || target.Type is null || target.Type == targetType);

    private static string? OnlyTarget(ValueReading reading) => reading.Parameter.Targets is [var only] ? only : null;
}
