using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Validation.Profiles;

/// <summary>What tells the slices apart. https://hl7.org/fhir/R4/profiling.html#discriminator</summary>
internal sealed class Discriminator
{
    private Discriminator(DiscriminatorKind kind, string path, FhirPathExpression? expression)
    {
        Kind = kind;
        Path = path;
        Expression = expression;
        Steps = path == "$this" ? [] : [.. Split(path).Where(step => step != "$this")];
    }

    public DiscriminatorKind Kind { get; }

    public string Path { get; }

    /// <summary>Null for <c>$this</c>.</summary>
    public FhirPathExpression? Expression { get; }

    /// <summary>The steps of the path: names, <c>resolve()</c>, <c>ofType(X)</c>, <c>extension('url')</c>.</summary>
    public IReadOnlyList<string> Steps { get; }

    /// <exception cref="FhirException"><c>invalid</c>: an unknown kind, or a path that is not FHIRPath.</exception>
    public static Discriminator Of(string kind, string path)
    {
        if (!Enum.TryParse<DiscriminatorKind>(kind, ignoreCase: true, out var known)) throw new FhirException(Issue.Invalid($"'{kind}' is no kind of discriminator."));
        return new Discriminator(known, path, path is "$this" or "" ? null : FhirPathExpression.Parse(path));
    }

    private static List<string> Split(string path)
    {
        var steps = new List<string>();
        var (start, depth) = (0, 0);
        for (var at = 0; at <= path.Length; at++)
        {
            if (at < path.Length && path[at] is '(') depth++;
            if (at < path.Length && path[at] is ')') depth--;
            if (at < path.Length && (path[at] != '.' || depth > 0)) continue;
            if (at > start) steps.Add(path[start..at]);
            start = at + 1;
        }

        return steps;
    }
}

/// <summary>https://hl7.org/fhir/R4/valueset-discriminator-type.html</summary>
internal enum DiscriminatorKind
{
    Value,
    Exists,
    Pattern,
    Type,
    Profile,
}
