using System.Text.Json;

namespace Myeloma.Fhir.Model.Generator;

/// <summary>SearchParameters and CompartmentDefinitions, in the order published.</summary>
internal static class SearchParameterPacking
{
    public static PackedWriter Pack(Definitions definitions)
    {
        var writer = new PackedWriter();
        var parameters = definitions.Read("search-parameters");
        writer.Int(parameters.Count);
        foreach (var parameter in parameters) Write(writer, parameter);

        // The package lists a sixth, an example of the resource type.
        var compartments = definitions.Read("compartments").Where(resource => resource.String("id") != "example").ToList();
        writer.Int(compartments.Count);
        foreach (var compartment in compartments)
        {
            writer.Text(compartment.String("url")!);
            writer.Text(compartment.String("code")!);
            var members = compartment.Items("resource").ToList();
            writer.Int(members.Count);
            foreach (var member in members)
            {
                writer.Text(member.String("code")!);
                writer.Texts(member.Strings("param"));
            }
        }

        return writer;
    }

    private static void Write(PackedWriter writer, JsonElement parameter)
    {
        writer.Text(parameter.String("url")!);
        writer.Text(parameter.String("code")!);
        writer.Text(parameter.String("type")!);
        writer.Texts(parameter.Strings("base"));
        writer.TextOrNull(parameter.String("expression"));
        writer.Texts(parameter.Strings("target"));
        var components = parameter.Items("component").ToList();
        writer.Int(components.Count);
        foreach (var component in components)
        {
            writer.Text(component.String("definition")!);
            writer.Text(component.String("expression")!);
        }

        writer.TextOrNull(parameter.String("description"));
    }
}
