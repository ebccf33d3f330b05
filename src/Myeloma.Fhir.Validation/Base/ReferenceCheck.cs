using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Validation.Base;

/// <summary>Whether a reference points at a type its element allows. https://hl7.org/fhir/R4/references.html</summary>
internal static class ReferenceCheck
{
    public static void Target(Element reference, PropertySchema property, ResourceScope scope, IssueList issues)
    {
        var text = reference.TextOf("reference");
        var found = text is null ? null : TypeOf(text, scope);
        var stated = reference.TextOf("type");
        if (found is not null && stated is not null && stated != found && scope.Run.Services.Schema.IsResourceType(stated))
            issues.Error(IssueType.Structure, "reference-type-differs", reference, $"The reference says it is of type {stated}, but '{text}' is a {found}.");

        var type = found ?? stated;
        var targets = property.TypeReference.TargetTypes;
        if (type is null || targets.Contains(type) || targets.Contains("Resource")) return;
        issues.Error(IssueType.Structure, "reference-target-type", reference,
            $"{property.Element.Path} refers to {string.Join(", ", targets)}, not to {type}{(text is null ? "." : $" ('{text}').")}");
    }

    /// <summary>The type of what is pointed at: of a contained or bundled resource the real one, else the one the text names.</summary>
    /// <returns>Null when it can't be told.</returns>
    public static string? TypeOf(string reference, ResourceScope scope)
    {
        if (reference.StartsWith('#') || scope.Bundle is not null)
        {
            if (scope.Resolve(reference) is { } target) return target.Type.Name;
            if (reference.StartsWith('#')) return null;
        }

        return ReferenceText.Type(reference, scope.Run.Services.Schema);
    }
}

/// <summary>Parts of a literal reference: <c>[base/]Type/id[/_history/version][#fragment]</c>. https://hl7.org/fhir/R4/references.html#literal</summary>
internal static class ReferenceText
{
    /// <returns>Null when the text is no reference of that form to a type of R4.</returns>
    public static string? Type(string reference, R4Schema schema)
    {
        var path = Plain(reference);
        var slash = path.LastIndexOf('/');
        if (slash <= 0)
        {
            // A conditional reference, as transactions have: Patient?identifier=...
            var query = reference.IndexOf('?', StringComparison.Ordinal);
            return query > 0 && schema.IsResourceType(reference[..query]) ? reference[..query] : null;
        }

        var type = path[(path[..slash].LastIndexOf('/') + 1)..slash].ToString();
        return schema.IsResourceType(type) ? type : null;
    }

    /// <summary>Without version, query and fragment.</summary>
    public static ReadOnlySpan<char> Plain(string reference)
    {
        var path = reference.AsSpan();
        var end = path.IndexOfAny('?', '#', '|');
        if (end >= 0) path = path[..end];
        var history = path.IndexOf("/_history/");
        return history >= 0 ? path[..history] : path;
    }

    /// <summary>The version a reference names; null when it names none.</summary>
    public static string? Version(string reference)
    {
        var at = reference.IndexOf("/_history/", StringComparison.Ordinal);
        return at < 0 ? null : reference[(at + "/_history/".Length)..].Split('#')[0];
    }

    public static bool IsAbsolute(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && text.AsSpan(0, colon).IndexOfAny('/', '?', '#') < 0;
    }
}
