namespace Myeloma.Fhir.Model.Schema;

public sealed partial class R4Schema
{
    private IReadOnlyList<string> resourceTypes = [];
    private Lazy<IReadOnlyList<SearchParameterDefinition>> searchParameters = new(() => []);
    private Dictionary<string, TypeSchema> types = [];

    private TypeSchema? FindTypeCore(string name) => types.GetValueOrDefault(name);

    private static R4Schema Load() => new();
}
