namespace Myeloma.Fhir.Model.Schema;

/// <summary>A CompartmentDefinition as published. https://hl7.org/fhir/R4/compartmentdefinition.html</summary>
/// <param name="Code">The resource type that the compartment is of: Patient, Encounter, RelatedPerson, Practitioner or Device.</param>
/// <param name="Members">
/// Each resource type with the codes of the search parameters that put it into the compartment; none: never in it. <c>{def}</c> stands for the resource itself.
/// </param>
public sealed record CompartmentDefinition(string Url, string Code, IReadOnlyList<(string ResourceType, IReadOnlyList<string> Parameters)> Members);

/// <summary>Search parameters and compartments of the embedded data.</summary>
internal static class SearchParameterReading
{
    public static (IReadOnlyList<SearchParameterDefinition> Parameters, IReadOnlyList<CompartmentDefinition> Compartments) Read()
    {
        var reader = PackedReader.Open("search-parameters.br");
        var parameters = new SearchParameterDefinition[reader.Int()];
        for (var index = 0; index < parameters.Length; index++)
        {
            parameters[index] = new SearchParameterDefinition(
                reader.Text(), reader.Text(), reader.Text(), reader.Texts(), reader.TextOrNull(), reader.Texts(), ReadComponents(reader), reader.TextOrNull());
        }

        var compartments = new CompartmentDefinition[reader.Int()];
        for (var index = 0; index < compartments.Length; index++)
            compartments[index] = new CompartmentDefinition(reader.Text(), reader.Text(), ReadMembers(reader));
        return (parameters, compartments);
    }

    private static (string, string)[] ReadComponents(PackedReader reader)
    {
        var count = reader.Int();
        if (count == 0) return [];
        var components = new (string, string)[count];
        for (var index = 0; index < count; index++) components[index] = (reader.Text(), reader.Text());
        return components;
    }

    private static (string, IReadOnlyList<string>)[] ReadMembers(PackedReader reader)
    {
        var members = new (string, IReadOnlyList<string>)[reader.Int()];
        for (var index = 0; index < members.Length; index++) members[index] = (reader.Text(), reader.Texts());
        return members;
    }
}
