using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Terminology.ValueSets;

/// <summary>The parameter <c>context</c>: the value set that an element of R4 is bound to. https://hl7.org/fhir/R4/valueset-operation-expand.html</summary>
internal static class ElementContext
{
    private const string Definitions = "http://hl7.org/fhir/StructureDefinition/";

    /// <param name="context"><c>[type]#[element path]</c>, the type by its name or canonical, or the path alone: <c>Patient#Patient.gender</c>.</param>
    /// <returns>Canonical of the value set, with its version when the binding states one.</returns>
    /// <exception cref="FhirException"><c>not-supported</c>: an element of a profile, or of one of several types; <c>not-found</c>: no such type or element, or it is bound to nothing.</exception>
    public static string ValueSet(string context)
    {
        var hash = context.IndexOf('#', StringComparison.Ordinal);
        var path = context[(hash + 1)..];
        var names = path.Split('.');
        var named = hash < 0 ? names[0] : context[..hash];
        if (named.StartsWith(Definitions, StringComparison.Ordinal)) named = named[Definitions.Length..];
        if (named != names[0] || path.Contains(':', StringComparison.Ordinal))
            throw new FhirException(Issue.NotSupported($"The context '{context}' is of a profile or a slice, whose bindings are not looked up here; name the value set by 'url'."));
        var type = R4Schema.Instance.FindType(names[0]) ?? throw NotFound(context);
        ElementSchema? element = null;
        foreach (var name in names.Skip(1))
        {
            if (element is { Types.Count: > 1 }) throw new FhirException(Issue.NotSupported($"The context '{context}' goes through {element.Path}, which has several types; name the value set by 'url'."));
            element = (element?.Types[0].Type ?? type).FindElement(name.EndsWith("[x]", StringComparison.Ordinal) ? name[..^3] : name) ?? throw NotFound(context);
        }

        return element?.Binding?.ValueSet ?? throw NotFound(context);
    }

    private static FhirException NotFound(string context) => new(Issue.NotFound($"The context '{context}' is no element of R4 that is bound to a value set."));
}
