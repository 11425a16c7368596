import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.jpa.api.config.JpaStorageSettings;
import ca.uhn.fhir.jpa.api.config.ThreadPoolFactoryConfig;
import ca.uhn.fhir.jpa.batch2.JpaBatch2Config;
import ca.uhn.fhir.batch2.jobs.config.Batch2JobsConfig;
import ca.uhn.fhir.jpa.config.HapiJpaConfig;
import ca.uhn.fhir.jpa.config.r4.JpaR4Config;
import ca.uhn.fhir.jpa.config.util.HapiEntityManagerFactoryUtil;
import ca.uhn.fhir.jpa.model.config.PartitionSettings;
import ca.uhn.fhir.jpa.model.config.SubscriptionSettings;
import ca.uhn.fhir.jpa.provider.DaoRegistryResourceSupportedSvc;
import ca.uhn.fhir.jpa.search.DatabaseBackedPagingProvider;
import ca.uhn.fhir.jpa.searchparam.config.NicknameServiceConfig;
import ca.uhn.fhir.jpa.subscription.channel.config.SubscriptionChannelConfig;
import ca.uhn.fhir.jpa.subscription.match.config.SubscriptionProcessorConfig;
import ca.uhn.fhir.jpa.subscription.submit.config.SubscriptionSubmitterConfig;
import ca.uhn.fhir.jpa.api.IDaoRegistry;
import ca.uhn.fhir.rest.api.IResourceSupportedSvc;
import ca.uhn.fhir.rest.server.RestfulServer;
import ca.uhn.fhir.rest.server.provider.ResourceProviderFactory;
import jakarta.servlet.*;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.annotation.*;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import jakarta.persistence.EntityManagerFactory;
import javax.sql.DataSource;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.EnumSet;
import java.util.Properties;

/** A HAPI FHIR JPA server, R4, on a file of H2: FhirPeer PORT DATABASE [TOKEN_FILE] serves http://127.0.0.1:PORT/fhir */
public class FhirPeer {

  static String database;

  /** HAPI asks nobody who he is; real servers stand behind something that does. */
  static class Guard implements jakarta.servlet.Filter {
    private final byte[] expected;
    Guard(String token) { expected = ("Bearer " + token).getBytes(StandardCharsets.UTF_8); }
    @Override public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain) throws IOException, ServletException {
      String given = ((HttpServletRequest) request).getHeader("Authorization");
      if (given != null && MessageDigest.isEqual(expected, given.getBytes(StandardCharsets.UTF_8))) chain.doFilter(request, response);
      else ((HttpServletResponse) response).sendError(401);
    }
  }

  @Configuration
  @Import({HapiJpaConfig.class, JpaBatch2Config.class, Batch2JobsConfig.class,
      ThreadPoolFactoryConfig.class, NicknameServiceConfig.class,
      SubscriptionSubmitterConfig.class, SubscriptionProcessorConfig.class, SubscriptionChannelConfig.class})
  public static class Config {
    @Bean public DataSource dataSource() {
      var ds = new org.apache.commons.dbcp2.BasicDataSource();
      // Written through with each commit: what was answered is there after a SIGKILL.
      ds.setUrl("jdbc:h2:file:" + database + ";WRITE_DELAY=0;DB_CLOSE_DELAY=-1;DB_CLOSE_ON_EXIT=FALSE");
      ds.setUsername("sa"); ds.setPassword(""); ds.setMaxTotal(20);
      return ds;
    }
    @Bean public JpaStorageSettings storageSettings() {
      var s = new JpaStorageSettings();
      s.setAllowMultipleDelete(true); s.setExpungeEnabled(true); s.setHibernateSearchIndexSearchParams(false);
      return s;
    }
    @Bean public SubscriptionSettings subscriptionSettings() {
      var s = new SubscriptionSettings();
      s.addSupportedSubscriptionType(org.hl7.fhir.dstu2.model.Subscription.SubscriptionChannelType.RESTHOOK);
      return s;
    }
    @Bean public ca.uhn.fhir.jpa.subscription.match.deliver.email.IEmailSender emailSender() { return d -> { }; }
    @Bean public PartitionSettings partitionSettings() { return new PartitionSettings(); }
    @Bean public IResourceSupportedSvc resourceSupportedSvc(IDaoRegistry r) { return new DaoRegistryResourceSupportedSvc(r); }
    @Bean public LocalContainerEntityManagerFactoryBean entityManagerFactory(DataSource ds, ConfigurableListableBeanFactory bf, FhirContext ctx, JpaStorageSettings st) {
      var f = HapiEntityManagerFactoryUtil.newEntityManagerFactory(bf, ctx, st);
      f.setPersistenceUnitName("HAPI_PU"); f.setDataSource(ds);
      var p = new Properties();
      p.put("hibernate.dialect", "ca.uhn.fhir.jpa.model.dialect.HapiFhirH2Dialect");
      p.put("hibernate.hbm2ddl.auto", "update"); p.put("hibernate.search.enabled", "false");
      p.put("hibernate.jdbc.batch_size", "20");
      f.setJpaProperties(p);
      return f;
    }
    @Primary @Bean public JpaTransactionManager transactionManager(EntityManagerFactory emf) {
      var t = new JpaTransactionManager(); t.setEntityManagerFactory(emf); return t;
    }
  }

  public static void main(String[] a) throws Exception {
    long began = System.currentTimeMillis();
    ((ch.qos.logback.classic.Logger) org.slf4j.LoggerFactory.getLogger("ROOT")).setLevel(ch.qos.logback.classic.Level.WARN);
    int port = Integer.parseInt(a[0]);
    database = a[1];
    var ctx = new AnnotationConfigApplicationContext(JpaR4Config.class, Config.class);
    var fhir = new RestfulServer(ctx.getBean(FhirContext.class));
    fhir.registerProviders(ctx.getBean("myResourceProvidersR4", ResourceProviderFactory.class).createProviders());
    fhir.registerProvider(ctx.getBean("mySystemProviderR4"));
    fhir.setPagingProvider(ctx.getBean(DatabaseBackedPagingProvider.class));
    fhir.setDefaultResponseEncoding(ca.uhn.fhir.rest.api.EncodingEnum.JSON);
    fhir.setInterceptorService(ctx.getBean(ca.uhn.fhir.interceptor.api.IInterceptorService.class));
    var server = new Server(new InetSocketAddress("127.0.0.1", port));
    var handler = new ServletContextHandler("/");
    handler.addServlet(new ServletHolder(fhir), "/fhir/*");
    if (a.length > 2) {
      var guard = new Guard(Files.readString(Path.of(a[2])).strip());
      handler.addFilter(new FilterHolder(guard), "/*", EnumSet.of(DispatcherType.REQUEST));
    }
    server.setHandler(handler);
    server.start();
    System.out.println("FHIR R4 on http://127.0.0.1:" + port + "/fhir after " + (System.currentTimeMillis() - began) + " ms");
    server.join();
  }
}
