using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Search.Parameters;

namespace Myeloma.Fhir.Interactions.Capabilities;

/// <summary>Which reference parameters may lead to a type: what <c>_revinclude</c> takes there.</summary>
public sealed class RevIncludes
{
    private readonly Dictionary<string, List<string>> byTarget = new(StringComparer.Ordinal);

    private RevIncludes()
    {
    }

    public static RevIncludes Of(SearchParameterRegistry registry)
    {
        var sources = new RevIncludes();
        foreach (var type in R4Schema.Instance.ResourceTypes)
        {
            foreach (var parameter in registry.All(type).OrderBy(parameter => parameter.Code, StringComparer.Ordinal))
            {
                if (parameter.Type != SearchParameterType.Reference || !parameter.IsIndexed) continue;
                foreach (var target in parameter.Targets) sources.Add(target, $"{type}:{parameter.Code}");
            }
        }

        return sources;
    }

    /// <returns><c>Source:parameter</c> in alphabetical order; empty for a type that nothing names as its target.</returns>
    public IReadOnlyList<string> To(string type) => byTarget.TryGetValue(type, out var sources) ? sources : [];

    private void Add(string target, string source)
    {
        if (!byTarget.TryGetValue(target, out var sources)) byTarget[target] = sources = [];
        if (!sources.Contains(source)) sources.Add(source);
    }
}
