using Myeloma.Fhir.FhirPath.Evaluation;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.FhirPath.Functions;

/// <summary>Functions that FHIR adds and that need terminology, profiles or HTML rules: the evaluation context brings them. https://hl7.org/fhir/R4/fhirpath.html#functions</summary>
/// <exception cref="FhirException"><c>not-supported</c>: the context lacks the service.</exception>
internal static class FhirServiceFunctions
{
    public static readonly FunctionEntry[] Entries =
    [
        new("memberOf", 1, 1, MemberOf),
        new("subsumes", 1, 1, (input, arguments) => Subsumes(input, arguments.Collection(0), arguments)),
        new("subsumedBy", 1, 1, (input, arguments) => Subsumes(arguments.Collection(0), input, arguments)),
        new("conformsTo", 1, 1, ConformsTo),
        new("htmlChecks", 0, 0, HtmlChecks),
        new("elementDefinition", 0, 0, ElementDefinition),
        new("slice", 2, 2, (_, arguments) => throw Missing(arguments, "slice() is not offered; select the elements by what tells the slices apart, with where().")),
    ];

    private static FhirException Missing(Arguments arguments, string what) => arguments.Site.NotSupported(what);

    /// <summary><c>memberOf(valueset)</c> of a code, Coding or CodeableConcept.</summary>
    /// <returns>One Boolean; Empty for an empty input and for an unknown value set.</returns>
    private static Collection MemberOf(Collection input, Arguments arguments)
    {
        if (input.SingleItem(arguments.Site) is not { } item || arguments.String(0) is not { } valueSet) return Collection.Empty;
        var service = arguments.Frame.Context.MemberOf ?? throw Missing(arguments, "memberOf() needs a terminology service, and this evaluation has none.");
        return Collection.Of(service(item, valueSet));
    }

    /// <summary><c>subsumes(code)</c>, and <c>subsumedBy(code)</c> the other way round.</summary>
    private static Collection Subsumes(Collection general, Collection special, Arguments arguments)
    {
        if (general.SingleItem(arguments.Site) is not { } first || special.SingleItem(arguments.Site) is not { } second) return Collection.Empty;
        var service = arguments.Frame.Context.Subsumes ?? throw Missing(arguments, $"{arguments.Site.Name} needs a terminology service, and this evaluation has none.");
        return Collection.Of(service(first, second));
    }

    /// <summary><c>conformsTo(profile)</c>.</summary>
    /// <exception cref="FhirException"><c>invalid</c>: the profile is not known.</exception>
    private static Collection ConformsTo(Collection input, Arguments arguments)
    {
        if (input.SingleItem(arguments.Site) is not { IsElement: true } item || arguments.String(0) is not { } profile) return Collection.Empty;
        var service = arguments.Frame.Context.ConformsTo ?? throw Missing(arguments, "conformsTo() needs a validator, and this evaluation has none.");
        return Collection.Of(service(item.Element, profile) ?? throw arguments.Site.Fault($"the profile {profile} is not known."));
    }

    /// <summary><c>elementDefinition()</c>: of each element; computed values have none.</summary>
    private static Collection ElementDefinition(Collection input, Arguments arguments)
    {
        if (input.Count == 0) return Collection.Empty;
        var service = arguments.Frame.Context.ElementDefinition ?? throw Missing(arguments, "elementDefinition() needs the definitions of types, and this evaluation has none.");
        var result = default(CollectionBuilder);
        foreach (var item in input)
        {
            arguments.Frame.Step();
            if (item.IsElement && service(item.Element) is { } definition) result.Add(definition);
        }

        return result.ToCollection();
    }

    /// <summary><c>htmlChecks()</c> of the div of a narrative.</summary>
    private static Collection HtmlChecks(Collection input, Arguments arguments)
    {
        if (input.SingleItem(arguments.Site) is not { IsElement: true } item) return Collection.Empty;
        var service = arguments.Frame.Context.HtmlChecks ?? throw Missing(arguments, "htmlChecks() needs a checker of narratives, and this evaluation has none.");
        return Collection.Of(service(item.Element));
    }
}
