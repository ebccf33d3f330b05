using Myeloma.Fhir.FhirPath.Syntax;
using Myeloma.Fhir.FhirPath.Types;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.FhirPath.Evaluation;

/// <summary>A place in an expression: who complains, and where.</summary>
/// <param name="Name">The function with its parentheses, or the operator, as the user wrote it.</param>
internal sealed record Site(string Expression, int Position, string Name)
{
    public FhirException Fault(string what) => SyntaxFault.At(Expression, Position, what);

    public FhirException Expected(string what, Collection found) => Fault($"{Name} expects {what}, but got {Describe(found)}.");

    public FhirException NotSupported(string what) =>
        new(Issue.NotSupported($"FHIRPath '{SyntaxFault.Shown(Expression)}', character {Position + 1}: {what}"));

    private static string Describe(Collection found) => found.Count switch
    {
        0 => "nothing",
        1 => $"one {found[0].TypeName}",
        _ => $"{found.Count} items",
    };
}

/// <summary>Singleton evaluation of collections. https://hl7.org/fhirpath/N1/#singleton-evaluation-of-collections</summary>
internal static class Singletons
{
    /// <returns>Null for an empty collection.</returns>
    /// <exception cref="FhirException"><c>invalid</c>: more than one item.</exception>
    public static Item? SingleItem(this Collection collection, Site site) => collection.Count switch
    {
        0 => default(Item?),
        1 => collection[0],
        _ => throw site.Expected("one item", collection),
    };

    /// <returns>The value of the one item; null for an empty collection and for a primitive without a value.</returns>
    /// <exception cref="FhirException"><c>invalid</c>: more than one item, or a complex element.</exception>
    public static SystemValue? SingleValue(this Collection collection, Site site)
    {
        if (collection.SingleItem(site) is not { } item) return null;
        if (item.ToSystem() is { } value) return value;
        if (item.Element.IsPrimitive) return null;
        throw site.Expected("a single value", collection);
    }

    /// <returns>Null as <see cref="SingleValue"/>.</returns>
    /// <exception cref="FhirException"><c>invalid</c>: more than one item, or not a String.</exception>
    public static string? SingleString(this Collection collection, Site site) => collection.SingleItem(site) switch
    {
        null => null,
        { IsElement: true } item when item.Element.IsPrimitive && !item.Element.HasValue => null,
        { } item => item.ToSystem() is SystemValue.String(var text) ? text : throw site.Expected("a String", collection),
    };

    /// <inheritdoc cref="SingleString"/>
    public static int? SingleInteger(this Collection collection, Site site) => collection.SingleItem(site) switch
    {
        null => null,
        { IsElement: true } item when item.Element.IsPrimitive && !item.Element.HasValue => null,
        { } item => item.ToSystem() is SystemValue.Integer(var integer) ? integer : throw site.Expected("an Integer", collection),
    };

    /// <summary>A Boolean; any other single item counts as true.</summary>
    /// <returns>Null for an empty collection.</returns>
    /// <exception cref="FhirException"><c>invalid</c>: more than one item.</exception>
    public static bool? SingleBoolean(this Collection collection, Site site) => collection.Count switch
    {
        0 => null,
        1 => collection[0].ToSystem() is SystemValue.Boolean flag ? flag.Value : true,
        _ => throw site.Expected("one Boolean", collection),
    };
}
