namespace Myeloma.Fhir.Model.Schema;

public sealed partial class R4Schema
{
    private readonly Dictionary<string, TypeSchema> types;
    private readonly IReadOnlyList<string> resourceTypes;
    private readonly Lazy<(IReadOnlyList<SearchParameterDefinition> Parameters, IReadOnlyList<CompartmentDefinition> Compartments)> search =
        new(SearchParameterReading.Read);
    private readonly Lazy<CodeSystemCatalog> codeSystems = new(CodeSystemCatalog.Open);
    private readonly Lazy<ValueSetCatalog> valueSets = new(ValueSetCatalog.Open);

    private R4Schema(TypeSchema[] all)
    {
        types = new Dictionary<string, TypeSchema>(all.Length, StringComparer.Ordinal);
        foreach (var type in all) types.Add(type.Name, type);
        resourceTypes = [.. all.Where(type => type is { Kind: TypeKind.Resource, IsAbstract: false }).Select(type => type.Name).Order(StringComparer.Ordinal)];
        Types = all;
    }

    private TypeSchema? FindTypeCore(string name) => types.GetValueOrDefault(name);

    private static R4Schema Load() => new(TypeReading.Read());
}
